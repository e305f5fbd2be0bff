import { freePort } from '@atoll/devnet'
import { MemoryPlcStore } from '@atoll/plc-directory'
import { servePlc } from '@atoll/plc-directory/node'
import { programs, ServerProcess, temporaryFolder } from '../server-process.ts'
import { SigningKeyBook } from './signing-keys.ts'

/** Of every world, unless its environment names another. */
export const adminPassword = 'password of the fault tests'

/** A PDS in a separate process, and the did:plc directory that it uses in this one. */
export interface World {
  /** The URL of the directory. */
  readonly directory: string
  readonly server: ServerProcess
  readonly folder: string
  readonly keys: SigningKeyBook
  close(): Promise<void>
}

export interface WorldOptions {
  readonly env?: Record<string, string>
  /** The data folder. Default: a temporary one. */
  readonly folder?: string
}

/**
 * Opens a world without starting its server: the built one, or the one that FAULT_PROGRAM names.
 */
export async function openWorld({ env = {}, folder }: WorldOptions = {}): Promise<World> {
  const temporary = await temporaryFolder()
  const data = folder ?? temporary.path
  const plc = await servePlc({ store: new MemoryPlcStore() })
  const port = await freePort()
  const settings = {
    PDS_PORT: String(port),
    PDS_HOSTNAME: 'localhost',
    PDS_DATA_DIRECTORY: data,
    PDS_DID_PLC_URL: plc.url,
    PDS_INVITE_REQUIRED: 'false',
    // Campaigns need many accounts, all from one address.
    PDS_MAX_ACCOUNTS: '0',
    PDS_SIGNUPS_PER_HOUR: '0',
    PDS_SIGNUPS_PER_ADDRESS_PER_HOUR: '0',
    PDS_JWT_SECRET: 'secret of the fault tests',
    PDS_ADMIN_PASSWORD: adminPassword,
    PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '42'.repeat(32),
    ...env,
  }
  const server = new ServerProcess(process.env['FAULT_PROGRAM'] ?? programs.pds, settings, `http://localhost:${port}`)
  return {
    server,
    directory: plc.url,
    folder: data,
    keys: new SigningKeyBook(plc.url),
    async close() {
      await server.stop('SIGKILL')
      await plc.close()
      await temporary.remove()
    },
  }
}
