import { createLog, explainingListen, type ListeningRouter, type Log, serveRouter } from '@atoll/process'
import type { NodeServerOptions } from '@atoll/xrpc-server/node'
import type { Adapters } from './adapters.ts'
import type { Config } from './config/config.ts'
import { listenVariables } from './config/service.ts'
import { createPds, type Pds } from './pds.ts'
import { trustedProxies } from './rate-limits.ts'

/** A service that listens. */
export interface ServedPds extends ListeningRouter {
  readonly pds: Pds
  /** Stops listening, lets requests in progress finish, and closes everything. */
  close(): Promise<void>
}

export interface ServePdsOptions {
  /** Default: the one that the configuration asks for. */
  log?: Log
  /** Takes the lines of the default log. Default: standard output. */
  write?: (line: string) => void
  /** Default: those of the configuration. */
  adapters?: Promise<Adapters>
  /** For tests that need a server with other options than operators do. */
  server?: Pick<NodeServerOptions, 'host' | 'guard'>
}

/**
 * Composes the service and listens on its port.
 *
 * @throws StartError for what an operator can mend
 */
export async function servePds(config: Config, options: ServePdsOptions = {}): Promise<ServedPds> {
  const { write } = options
  const log = options.log ?? createLog({ ...config.log, ...(write ? { write } : {}) })
  const pds = await createPds(config, log, options.adapters)
  try {
    const { url, port, close } = await explainingListen(listenVariables, () =>
      serveRouter(pds.router, config.service, { isTrustedProxy: trustedProxies(config), ...options.server }),
    )
    return {
      pds,
      url,
      port,
      async close() {
        await close()
        await pds.close()
      },
    }
  } catch (error) {
    await pds.close()
    throw error
  }
}
