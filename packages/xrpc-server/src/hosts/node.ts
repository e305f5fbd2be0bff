/** The router on Node's own HTTP server, with subscriptions over `ws`. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ListenError } from '../http/errors.ts'
import { type ConnectionOptions, Connections } from '../limits/connections.ts'
import { SlowBodyGuard } from '../limits/slow-body-guard.ts'
import { answerClientError } from './client-error.ts'
import { type NodeListenerOptions, nodeListener } from './node-listener.ts'
import { type NodeUpgradeOptions, nodeUpgrade } from './node-upgrade.ts'
import type { Router } from './router.ts'

export { ListenError } from '../http/errors.ts'
export { SlowBodyGuard, type SlowBodyGuardOptions } from '../limits/slow-body-guard.ts'
export { type NodeListener, type NodeListenerOptions, nodeListener } from './node-listener.ts'
export { type NodeUpgrade, type NodeUpgradeOptions, nodeUpgrade } from './node-upgrade.ts'

export interface NodeServerOptions
  extends Omit<NodeListenerOptions, 'guard' | 'isClosing'>,
    NodeUpgradeOptions,
    ConnectionOptions {
  /**
   * Refuses uploads that arrive too slowly. Default: a guard with the usual bounds. The server
   * closes it.
   */
  guard?: SlowBodyGuard
  /** Default: any free one. */
  port?: number
  /** Default: every address. */
  host?: string
  /**
   * How long a client may take to send its headers. Default: one minute, since a phone may stall
   * while it changes networks.
   */
  headersTimeoutMs?: number
  /**
   * How long an idle connection is kept for its next request. Default: 130 s, longer than nginx (60
   * s) and Caddy (120 s) keep theirs.
   */
  idleTimeoutMs?: number
  /** How long closing waits for requests in flight. Default: 8 s. */
  drainTimeoutMs?: number
}

export interface NodeServer {
  readonly port: number
  /** Where a client on this machine reaches it. */
  readonly url: string
  readonly server: Server
  /** How many subscriptions are open. */
  readonly subscriptions: number
  /** Stops accepting, lets requests in flight finish within a bound, and closes every socket. */
  close(): Promise<void>
}

/** Serves a router. @throws ListenError when it cannot listen on the address */
export async function serveNode(
  router: Pick<Router, 'handle' | 'upgrade'>,
  options: NodeServerOptions = {},
): Promise<NodeServer> {
  const guard = options.guard ?? new SlowBodyGuard()
  let closing: Promise<void> | undefined
  const listener = nodeListener(router, { ...options, guard, isClosing: () => closing !== undefined })
  const upgrade = nodeUpgrade(router, options)
  const { headersTimeoutMs = 60_000 } = options
  const server = createServer({
    // Node checks every third of the time, so no request outlives it by much.
    headersTimeout: Math.ceil((headersTimeoutMs * 2) / 3),
    connectionsCheckingInterval: Math.ceil(headersTimeoutMs / 3),
    // Uploads have no bound in time, but one in rate: see the guard.
    requestTimeout: 0,
    keepAliveTimeout: options.idleTimeoutMs ?? 130_000,
    shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
  })
  const connections = new Connections(server, options)
  server.on('request', (message, response) => void listener(message, response))
  server.on('upgrade', upgrade.listener)
  server.on('clientError', answerClientError)
  await listen(server, options)
  const close = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    upgrade.close()
    connections.closeSilent()
    const timer = setTimeout(() => connections.closeAll(), options.drainTimeoutMs ?? 8_000)
    await closed
    clearTimeout(timer)
    guard.close()
  }
  const { port } = server.address() as AddressInfo // it listens on a port, not on a pipe
  return {
    port,
    url: `http://${urlHost(options.host)}:${port}`,
    server,
    get subscriptions() {
      return upgrade.open
    },
    close() {
      closing ??= close()
      return closing
    },
  }
}

function listen(server: Server, { port = 0, host }: NodeServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(new ListenError(cause.code ?? 'UNKNOWN', host, port, { cause }))
    })
    server.listen(port, host, resolve)
  })
}

function urlHost(host: string | undefined): string {
  if (host === undefined || host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
