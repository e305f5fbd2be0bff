import { type NodeServer, type NodeServerOptions, serveNode } from '@atoll/xrpc-server/node'
import type { Config } from './config.ts'
import { trustedProxies } from './limits.ts'
import { createLog } from './log.ts'
import { type Adapters, createPds, type Pds } from './pds.ts'

/** A service that listens. */
export interface ServedPds {
  readonly pds: Pds
  readonly url: string
  readonly port: number
  /** Stops listening, lets requests in progress finish, and lets go of everything. */
  close(): Promise<void>
}

/** Composes the service and listens on its port. */
export async function servePds(
  config: Config,
  options: {
    write?: (line: string) => void
    adapters?: Promise<Adapters>
    /** Where a test wants another server than operators do. */
    server?: Pick<NodeServerOptions, 'host' | 'guard'>
  } = {},
): Promise<ServedPds> {
  const log = createLog({ ...config.log, write: options.write ?? ((line) => void process.stdout.write(line)) })
  const pds = await createPds(config, log, options.adapters)
  let server: NodeServer
  try {
    server = await serveNode(pds.router, {
      port: config.service.port,
      isTrustedProxy: trustedProxies(config),
      ...options.server,
    })
  } catch (error) {
    await pds.close()
    throw error
  }
  return {
    pds,
    url: server.url,
    port: server.port,
    async close() {
      await server.close()
      await pds.close()
    },
  }
}
