/** The router on Bun's HTTP server, with subscriptions over its WebSockets. */
import { XrpcError } from '@atoll/xrpc'
import { errorResponse } from '../http/errors.ts'
import { BunFrameSocket, type BunWebSocket } from './bun-frame-socket.ts'
import { type FetchInfo, webResponse } from './fetch.ts'
import { OpenSockets } from './open-sockets.ts'
import type { Router } from './router.ts'
import { answerUpgrade, asksForWebSocket, listening, type Start } from './web-host.ts'

export { ListenError } from '../http/errors.ts'

export interface BunHandlerOptions {
  /** Whose X-Forwarded-For is believed. Default: loopback, link-local and private addresses. */
  isTrustedProxy?(address: string): boolean
  /**
   * How often subscribers are pinged; one that has not answered by the next ping is cut off.
   * Default: 30 s.
   */
  keepAliveMs?: number
  /**
   * What a subscriber may send between two pings, though it is not listened to. Default: 64 KiB.
   */
  maxIncomingBytes?: number
  /** How long a closing handshake may take. Default: 5 s. */
  closeTimeoutMs?: number
}

/** As much of Bun's `Server` as a handler uses. */
export interface BunUpgrader {
  upgrade(request: Request, options: { data: BunSubscription }): boolean
  requestIP(request: Request): { readonly address: string } | null
}

/** What Bun keeps with each WebSocket of ours. */
export interface BunSubscription {
  open(webSocket: BunWebSocket): BunFrameSocket
  socket?: BunFrameSocket
}

type Opened = BunWebSocket & { readonly data: BunSubscription }

/** For the `websocket` of `Bun.serve`. */
export interface BunWebSocketHandler {
  readonly idleTimeout: number
  readonly sendPings: boolean
  readonly maxPayloadLength: number
  readonly backpressureLimit: number
  open(webSocket: Opened): void
  message(webSocket: Opened, message: string | { readonly byteLength: number }): void
  ping(webSocket: Opened, bytes: { readonly byteLength: number }): void
  pong(webSocket: Opened, bytes: { readonly byteLength: number }): void
  drain(webSocket: Opened): void
  close(webSocket: Opened): void
}

export interface BunHandler {
  /** For the `fetch` of `Bun.serve`: `undefined` once the request has become a WebSocket. */
  fetch(request: Request, server: BunUpgrader): Promise<Response | undefined>
  readonly websocket: BunWebSocketHandler
  /** How many subscriptions are open. */
  readonly subscriptions: number
  /**
   * Closes every subscription, those that are being opened included. Resolves once those that are
   * open have closed.
   */
  closeSubscriptions(): Promise<void>
}

export interface BunServerOptions extends BunHandlerOptions {
  /** Default: any free one. */
  port?: number
  /** Default: every address. */
  host?: string
  /** How long a connection may be idle, between requests or within one. Default: 130 s. */
  idleTimeoutMs?: number
  /** How long closing waits for requests in flight. Default: 8 s. */
  drainTimeoutMs?: number
}

export interface BunServer {
  readonly port: number
  /** How many subscriptions are open. */
  readonly subscriptions: number
  /** Stops accepting, lets requests in flight finish within a bound, and closes every socket. */
  close(): Promise<void>
}

/** As much of Bun as is used here. */
interface Bun {
  serve(options: {
    port: number
    hostname?: string
    idleTimeout: number
    fetch: BunHandler['fetch']
    websocket: BunWebSocketHandler
  }): { readonly port: number; stop(closeConnections?: boolean): Promise<void> }
}

const maxIncomingFrameBytes = 16 * 1024

/**
 * Handlers for `Bun.serve`, for a server that has more to serve than the router.
 *
 * @example
 * const { fetch, websocket } = bunHandler(router)
 * Bun.serve({ routes: { '/': page }, fetch, websocket })
 */
export function bunHandler(router: Pick<Router, 'fetch' | 'upgrade'>, options: BunHandlerOptions = {}): BunHandler {
  const { keepAliveMs = 30_000, maxIncomingBytes = 64 * 1024, closeTimeoutMs = 5_000, isTrustedProxy } = options
  const sockets = new OpenSockets<BunFrameSocket>(keepAliveMs)
  const subscription = (start: Start): BunSubscription => ({
    open(webSocket) {
      const socket = new BunFrameSocket(webSocket, { maxIncomingBytes, closeTimeoutMs })
      start(sockets.add(socket))
      return socket
    },
  })
  return {
    async fetch(request, server) {
      const info: FetchInfo = { address: server.requestIP(request)?.address ?? '127.0.0.1' }
      if (isTrustedProxy) info.isTrustedProxy = isTrustedProxy
      if (!asksForWebSocket(request)) return router.fetch(request, info)
      return answerUpgrade(router, request, info, (start) => {
        if (server.upgrade(request, { data: subscription(start) })) return undefined
        const refusal = new XrpcError('InvalidRequest', 'the request is not the handshake of a WebSocket')
        return webResponse(errorResponse(refusal))
      })
    },
    websocket,
    get subscriptions() {
      return sockets.size
    },
    closeSubscriptions: () => sockets.close(),
  }
}

const websocket: BunWebSocketHandler = {
  // Subscribers are pinged here: Bun would cut off those that are still reading what was sent.
  idleTimeout: 0,
  sendPings: false,
  maxPayloadLength: maxIncomingFrameBytes,
  // Beyond it Bun would drop frames; the router bounds what waits.
  backpressureLimit: 2 ** 30,
  open(webSocket) {
    webSocket.data.socket = webSocket.data.open(webSocket)
  },
  message: ({ data: { socket } }, message) =>
    socket?.onMessage(typeof message === 'string' ? message.length : message.byteLength),
  ping: ({ data: { socket } }, { byteLength }) => socket?.onMessage(byteLength),
  pong: ({ data: { socket } }, { byteLength }) => socket?.onPong(byteLength),
  drain: ({ data: { socket } }) => socket?.onDrain(),
  close: ({ data: { socket } }) => socket?.onClosed(),
}

/** Serves a router in Bun. @throws ListenError when it cannot listen on the address */
export function serveBun(router: Pick<Router, 'fetch' | 'upgrade'>, options: BunServerOptions = {}): BunServer {
  const { port = 0, host, idleTimeoutMs = 130_000, drainTimeoutMs = 8_000 } = options
  const handler = bunHandler(router, options)
  const runtime = bun()
  const server = listening(
    () =>
      runtime.serve({
        port,
        ...(host === undefined ? {} : { hostname: host }),
        idleTimeout: Math.min(255, Math.ceil(idleTimeoutMs / 1000)),
        fetch: handler.fetch,
        websocket: handler.websocket,
      }),
    { host, port },
  )
  const close = async () => {
    void handler.closeSubscriptions()
    const timer = setTimeout(() => void server.stop(true), drainTimeoutMs)
    await server.stop()
    clearTimeout(timer)
  }
  let closing: Promise<void> | undefined
  return {
    port: server.port,
    get subscriptions() {
      return handler.subscriptions
    },
    close: () => (closing ??= close()),
  }
}

function bun(): Bun {
  const { Bun } = globalThis as { Bun?: Bun } // its own types are not ours to declare
  if (!Bun) throw new Error('this is not Bun: @atoll/xrpc-server has hosts for other runtimes')
  return Bun
}
