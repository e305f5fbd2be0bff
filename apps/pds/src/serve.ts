import { createLog, explainingListen, type ListeningRouter, serveRouter } from '@atoll/process'
import type { NodeServerOptions } from '@atoll/xrpc-server/node'
import { listenVariables } from './config/service.ts'
import type { PdsOptions } from './options.ts'
import { createPds, type Pds } from './pds.ts'
import { trustedProxies } from './rate-limits.ts'

/** A service that listens. */
export interface ServedPds extends ListeningRouter {
  readonly pds: Pds
  /** Stops listening, lets requests in progress finish, and closes everything. */
  close(): Promise<void>
}

export interface ServePdsOptions extends PdsOptions {
  /** Takes the lines of the default log. Default: standard output. */
  readonly write?: (line: string) => void
  /** For tests that need a server with other options than operators do. */
  readonly server?: Pick<NodeServerOptions, 'host' | 'guard'>
}

/**
 * Composes the service and listens on its port.
 *
 * @throws StartError for what an operator can mend
 */
export async function servePds({ write, server, ...options }: ServePdsOptions): Promise<ServedPds> {
  const { config } = options
  const log = options.log ?? createLog({ ...config.log, ...(write ? { write } : {}) })
  const pds = await createPds({ ...options, log })
  try {
    const { url, port, close } = await explainingListen(listenVariables, () =>
      serveRouter(pds.router, config.service, { isTrustedProxy: trustedProxies(config), ...server }),
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
