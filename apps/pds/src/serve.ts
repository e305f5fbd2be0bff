import { ListenError, type NodeServer, type NodeServerOptions, serveNode } from '@atoll/xrpc-server/node'
import type { Config } from './config.ts'
import { trustedProxies } from './limits.ts'
import { createLog, type Log } from './log.ts'
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
    log?: Log
    adapters?: Promise<Adapters>
    /** For tests that need another server than operators do. */
    server?: Pick<NodeServerOptions, 'host' | 'guard'>
  } = {},
): Promise<ServedPds> {
  const log = options.log ?? openLog(config, options.write)
  const pds = await createPds(config, log, options.adapters)
  let servers: NodeServer[]
  try {
    servers = await listen(pds, config.service, { isTrustedProxy: trustedProxies(config), ...options.server })
  } catch (error) {
    await pds.close()
    throw error
  }
  const [{ url, port }] = servers as [NodeServer] // one at least, or it would have thrown
  return {
    pds,
    url: config.service.bindAddress === 'localhost' ? `http://localhost:${port}` : url,
    port,
    async close() {
      await Promise.all(servers.map((server) => server.close()))
      await pds.close()
    },
  }
}

/** The log that a configuration asks for, on standard output. */
export function openLog(
  config: Pick<Config, 'log'>,
  write: (line: string) => void = (line) => void process.stdout.write(line),
): Log {
  return createLog({ ...config.log, write })
}

/** `localhost` is two addresses: clients try either one first, and some try only that one. */
async function listen(
  { router }: Pds,
  { bindAddress, port }: Config['service'],
  options: NodeServerOptions,
): Promise<NodeServer[]> {
  if (bindAddress !== 'localhost')
    return [await serveNode(router, { port, ...(bindAddress ? { host: bindAddress } : {}), ...options })]
  const first = await serveNode(router, { ...options, port, host: '127.0.0.1' })
  try {
    return [first, await serveNode(router, { ...options, port: first.port, host: '::1' })]
  } catch (error) {
    if (error instanceof ListenError && ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(error.code)) return [first]
    await first.close()
    throw error
  }
}
