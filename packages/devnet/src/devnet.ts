import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Config,
  exposureWarnings,
  type Mailer,
  type PdsOptions,
  prepareDataFolder,
  readConfig,
  type ServedPds,
  servePds,
} from '@atoll/pds'
import type { PlcStore } from '@atoll/plc-directory'
import { CorruptLogError, LogInUseError, openPlcLog, servePlc } from '@atoll/plc-directory/node'
import { ConfigError, type Environment, explainingListen, explainingStart, StartError } from '@atoll/process'
import { freePort } from './free-port.ts'
import { hasSecrets, keepSecrets, type Secrets, unusableSecrets } from './secrets.ts'

export interface DevnetOptions {
  /** Where everything is kept. Created if it is missing. */
  readonly dataDirectory: string
  /** `PDS_*` settings that differ from the network's own. 0 as a port takes any free one. */
  readonly settings?: Environment
  /** The DID directory's port on 127.0.0.1. Default: any free one. */
  readonly plcPort?: number
  /** Takes the server's mails while no SMTP server is set. Default: its log. */
  readonly mailer?: Mailer
  /** What the server has of its own: methods, hooks, a fallback. */
  readonly pds?: Pick<PdsOptions, 'routes' | 'replaces' | 'fallback' | 'hooks'>
}

/** A running network. */
export interface Devnet {
  readonly pds: ServedPds
  readonly config: Config
  readonly plcUrl: string
  readonly adminPassword: string
  readonly handleDomain: string
  readonly warnings: readonly string[]
  close(): Promise<void>
}

/**
 * Starts a network in this process: a did:plc directory, and a PDS that uses it. It is for this
 * machine alone, unless `PDS_BIND_ADDRESS` opens it. Everything is kept in one folder, from start
 * to start; secrets are generated at the first.
 *
 * @throws ConfigError, StartError
 */
export async function startDevnet(options: DevnetOptions): Promise<Devnet> {
  const { dataDirectory } = options
  const settings = networkSettings(options)
  const database = await prepareDataFolder(plannedConfig(options).storage)
  const secretsFile = join(dataDirectory, 'secrets.json')
  const secrets = await explainingStart([{ path: dataDirectory, setting: 'PDS_DATA_DIRECTORY' }], () =>
    keepSecrets(secretsFile, hasContent(database) && !hasSecrets(settings) ? database : undefined),
  )

  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const plcUrl =
      settings['PDS_DID_PLC_URL'] ?? (await startPlc(join(dataDirectory, 'plc.jsonl'), options.plcPort ?? 0, closers))
    const { config, warnings } = readWith(secretsFile, {
      ...secrets,
      ...settings,
      ...(settings['PDS_PORT'] === '0' ? { PDS_PORT: String(await freePort()) } : {}),
      PDS_DID_PLC_URL: plcUrl,
    })
    const adapters = options.mailer && config.mail.smtpUrl === undefined ? { mailer: options.mailer } : {}
    const pds = await servePds({ ...options.pds, config, adapters })
    closers.push(() => pds.close())
    return {
      pds,
      config,
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

/** A start that was cut off may leave an empty file. */
function hasContent(database: string): boolean {
  return existsSync(database) && statSync(database).size > 0
}

/**
 * The configuration with placeholders for what is known only later, so that faults show before
 * anything is created.
 */
export function plannedConfig(options: DevnetOptions): Config {
  const secrets: Secrets = {
    PDS_JWT_SECRET: 'not known before the first start',
    PDS_ADMIN_PASSWORD: 'not known before the first start',
    PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '01'.repeat(32),
  }
  return readConfig({ ...secrets, PDS_DID_PLC_URL: 'http://127.0.0.1', ...networkSettings(options) }).config
}

/** The settings have been checked already, so what is wrong now is in the file. */
function readWith(secretsFile: string, env: Environment): ReturnType<typeof readConfig> {
  try {
    return readConfig(env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw unusableSecrets(secretsFile, error.problems.join('; '), error)
  }
}

/** The network's own choices, overridden by what was set. An empty variable is not set. */
function networkSettings({ dataDirectory, settings = {} }: DevnetOptions): Environment {
  return {
    PDS_HOSTNAME: 'localhost',
    // Anybody who reaches it may sign up and have it fetch private addresses.
    PDS_BIND_ADDRESS: 'localhost',
    PDS_DEV_MODE: 'true',
    PDS_INVITE_REQUIRED: 'false',
    ...Object.fromEntries(Object.entries(settings).filter(([, value]) => value?.trim())),
    PDS_DATA_DIRECTORY: dataDirectory,
  }
}

async function startPlc(file: string, port: number, closers: (() => Promise<void>)[]): Promise<string> {
  const store = await openLog(file)
  closers.push(async () => store.close())
  const plc = await explainingListen({ port: 'PLC_PORT', purpose: 'the DID directory' }, () =>
    servePlc({ store, port }),
  )
  closers.push(() => plc.close())
  return plc.url
}

function openLog(file: string): Promise<PlcStore> {
  return explainingStart([{ path: file, setting: 'PDS_DATA_DIRECTORY' }], async () => {
    try {
      return await openPlcLog(file)
    } catch (error) {
      if (error instanceof LogInUseError) {
        throw new StartError(
          `${error.file} is in use by another process: stop that one, or choose another folder with PDS_DATA_DIRECTORY.`,
          { cause: error },
        )
      }
      if (error instanceof CorruptLogError) {
        throw new StartError(
          `${error.file} is damaged at line ${error.line}: restore it from a backup, because it holds the DIDs of the accounts in this folder.`,
          { cause: error },
        )
      }
      throw error
    }
  })
}
