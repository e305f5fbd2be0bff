/** The router on Deno's HTTP server, with subscriptions over its WebSockets. */
import { frameSocketOf, type WebSocketLike, type WebSocketLimits } from '../streams/web-frame-socket.ts'
import type { FetchInfo } from './fetch.ts'
import { OpenSockets } from './open-sockets.ts'
import type { Router } from './router.ts'
import { answerUpgrade, asksForWebSocket, listening } from './web-host.ts'

export { ListenError } from '../http/errors.ts'

export interface DenoHandlerOptions extends Omit<WebSocketLimits, 'incomingMs'> {
  /** Whose X-Forwarded-For is believed. Default: loopback, link-local and private addresses. */
  isTrustedProxy?(address: string): boolean
  /**
   * How long a subscriber may be silent before Deno pings it, and how long it then has to answer.
   * Whole seconds. Default: 30 s.
   */
  keepAliveMs?: number
}

/** What `Deno.serve` tells of a request. */
export interface DenoRequestInfo {
  readonly remoteAddr: { readonly transport: string; readonly hostname?: string }
  readonly completed?: Promise<void>
}

export interface DenoHandler {
  /** For `Deno.serve`. */
  fetch(request: Request, info: DenoRequestInfo): Promise<Response>
  /** How many subscriptions are open. */
  readonly subscriptions: number
  /**
   * Closes every subscription, those that are being opened included. Resolves once those that are
   * open have closed.
   */
  closeSubscriptions(): Promise<void>
}

export interface DenoServerOptions extends DenoHandlerOptions {
  /** Default: any free one. */
  port?: number
  /** Default: every address. */
  host?: string
  /** How long closing waits for requests in flight. Default: 8 s. */
  drainTimeoutMs?: number
}

export interface DenoServer {
  readonly port: number
  /** How many subscriptions are open. */
  readonly subscriptions: number
  /** Stops accepting, lets requests in flight finish within a bound, and closes every socket. */
  close(): Promise<void>
}

/** As much of Deno as is used here. */
interface Deno {
  serve(
    options: { port: number; hostname?: string; signal: AbortSignal; onListen(): void },
    handler: DenoHandler['fetch'],
  ): { readonly addr: { readonly port: number }; shutdown(): Promise<void>; readonly finished: Promise<void> }
  upgradeWebSocket(request: Request, options: { idleTimeout: number }): { socket: DenoSocket; response: Response }
}

type DenoSocket = WebSocketLike & { addEventListener(type: 'open', listener: () => void): void }

/**
 * A handler for `Deno.serve`, for a server that has more to serve than the router.
 *
 * @example
 * const { fetch } = denoHandler(router)
 * Deno.serve((request, info) => isPage(request) ? page(request) : fetch(request, info))
 */
export function denoHandler(router: Pick<Router, 'fetch' | 'upgrade'>, options: DenoHandlerOptions = {}): DenoHandler {
  const { keepAliveMs = 30_000, isTrustedProxy } = options
  const idleTimeout = Math.max(1, Math.round(keepAliveMs / 1000))
  const limits = { ...options, incomingMs: keepAliveMs }
  const sockets = new OpenSockets()
  return {
    async fetch(request, { remoteAddr, completed }) {
      const info: FetchInfo = { address: remoteAddr.hostname ?? '127.0.0.1' }
      if (isTrustedProxy) info.isTrustedProxy = isTrustedProxy
      // Deno aborts the request's own signal after every response.
      if (completed) info.signal = abortedBy(completed)
      if (!asksForWebSocket(request)) return router.fetch(request, info)
      return answerUpgrade(router, request, info, (start) => {
        const { socket, response } = deno().upgradeWebSocket(request, { idleTimeout })
        socket.addEventListener('open', () => start(sockets.add(frameSocketOf(socket, limits))))
        return response
      })
    },
    get subscriptions() {
      return sockets.size
    },
    closeSubscriptions: () => sockets.close(),
  }
}

/** Serves a router in Deno. @throws ListenError when it cannot listen on the address */
export function serveDeno(router: Pick<Router, 'fetch' | 'upgrade'>, options: DenoServerOptions = {}): DenoServer {
  const { port = 0, host, drainTimeoutMs = 8_000 } = options
  const handler = denoHandler(router, options)
  const abrupt = new AbortController()
  const settings = { port, ...(host === undefined ? {} : { hostname: host }), signal: abrupt.signal, onListen() {} }
  const runtime = deno()
  const server = listening(() => runtime.serve(settings, handler.fetch), { host, port })
  const close = async () => {
    // Deno closes WebSockets as well, and gives a reason of its own.
    await handler.closeSubscriptions()
    const timer = setTimeout(() => abrupt.abort(), drainTimeoutMs)
    await Promise.race([server.shutdown(), server.finished])
    clearTimeout(timer)
  }
  let closing: Promise<void> | undefined
  return {
    port: server.addr.port,
    get subscriptions() {
      return handler.subscriptions
    },
    close: () => (closing ??= close()),
  }
}

function deno(): Deno {
  const { Deno } = globalThis as { Deno?: Deno } // its own types are not ours to declare
  if (!Deno) throw new Error('this is not Deno: @atoll/xrpc-server has hosts for other runtimes')
  return Deno
}

function abortedBy(completed: Promise<void>): AbortSignal {
  const gone = new AbortController()
  completed.catch((error: unknown) => gone.abort(error))
  return gone.signal
}
