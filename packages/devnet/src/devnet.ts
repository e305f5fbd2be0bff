import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { exposureWarnings, readConfig, type ServedPds, servePds } from '@atoll/pds'
import { openPlcLog, servePlc } from '@atoll/plc-directory/node'
import { freePort } from './free-port.ts'
import { keepSecrets } from './secrets.ts'

export interface DevnetOptions {
  /** Where everything is kept; made when it is not there. */
  readonly dataDirectory: string
  /** `PDS_*` settings that differ from the network's own. 0 as a port takes any free one. */
  readonly settings?: Readonly<Record<string, string | undefined>>
  readonly plcPort?: number
}

/** A running network. */
export interface Devnet {
  readonly pds: ServedPds
  readonly plcUrl: string
  readonly adminPassword: string
  readonly handleDomain: string
  readonly warnings: readonly string[]
  close(): Promise<void>
}

/**
 * Starts a network in this process: a did:plc directory, and a PDS that uses it. Everything lies in one folder and is there again at the
 * next start. Secrets are made at the first start.
 */
export async function startDevnet(options: DevnetOptions): Promise<Devnet> {
  const { dataDirectory, settings = {} } = options
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 })
  const secretsFile = join(dataDirectory, 'secrets.json')
  const secrets = await keepSecrets(secretsFile)

  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const plcUrl =
      settings['PDS_DID_PLC_URL'] ?? (await startPlc(join(dataDirectory, 'plc.jsonl'), options.plcPort ?? 0, closers))
    const { config, warnings } = readConfig({
      PDS_HOSTNAME: 'localhost',
      PDS_DEV_MODE: 'true',
      PDS_INVITE_REQUIRED: 'false',
      PDS_DATA_DIRECTORY: dataDirectory,
      ...secrets,
      ...settings,
      ...(settings['PDS_PORT'] === '0' ? { PDS_PORT: String(await freePort()) } : {}),
      PDS_DID_PLC_URL: plcUrl,
    })
    const pds = await servePds(config)
    closers.push(() => pds.close())
    return {
      pds,
      plcUrl,
      adminPassword: config.secrets.adminPassword,
      handleDomain: config.identity.handleDomains[0] ?? '.test',
      warnings: [...warnings, ...(await exposureWarnings(config, [secretsFile]))],
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function startPlc(file: string, port: number, closers: (() => Promise<void>)[]): Promise<string> {
  const store = await openPlcLog(file)
  closers.push(async () => store.close())
  const plc = await servePlc({ store, port })
  closers.push(() => plc.close())
  return plc.url
}
