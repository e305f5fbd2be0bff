/** Subscriptions over `ws`, on any HTTP server of Node's. */
import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { RouterResponse } from '../core/messages.ts'
import type { Router } from '../core/router.ts'
import { isStream } from '../http/bodies.ts'
import { isConnectionBusy } from '../limits/connection-queues.ts'
import { LoopShares } from '../limits/loop-shares.ts'
import { NodeRequest, type NodeRequestOptions } from './node-request.ts'
import { WsFrameSocket } from './ws-frame-socket.ts'

export interface NodeUpgradeOptions extends NodeRequestOptions {
  /** How often subscribers are asked for a sign of life; one that gave none since is cut off. 30 s unless given. */
  keepAliveMs?: number
  /** What a subscriber may send between two such times, though it is not listened to. 64 KiB unless given. */
  maxIncomingBytes?: number
  /** How long a closing handshake may take. 5 s unless given. */
  closeTimeoutMs?: number
}

export interface NodeUpgrade {
  /** For the `upgrade` event of a server. */
  listener(message: IncomingMessage, socket: Duplex, head: Buffer): void
  /** How many subscriptions are open. */
  readonly open: number
  /** Says goodbye to every subscriber, also to those on their way in; those who do not answer are cut off. */
  close(): void
}

const goingAway = 1001
const goodbye = 'the server is closing'
const maxIncomingFrameBytes = 16 * 1024

export function nodeUpgrade(
  router: Pick<Router, 'upgrade'>,
  options: NodeUpgradeOptions = {},
  shares = new LoopShares(),
): NodeUpgrade {
  const { keepAliveMs = 30_000, maxIncomingBytes = 64 * 1024, closeTimeoutMs = 5_000 } = options
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // A context for each subscriber would cost more memory than everything else about it.
    perMessageDeflate: false,
    maxPayload: maxIncomingFrameBytes,
    skipUTF8Validation: true,
    // A ping is counted before it is answered.
    autoPong: false,
    closeTimeout: closeTimeoutMs,
  } as ConstructorParameters<typeof WebSocketServer>[0])
  const sockets = new Set<WsFrameSocket>()
  let isClosing = false
  let timer: ReturnType<typeof setInterval> | undefined

  // After a stall of ours timers come first: answers that have arrived meanwhile are read before anyone is judged.
  const keepAlive = () => {
    setImmediate(() => {
      for (const socket of sockets) socket.keepAlive()
    })
  }

  const accept = (webSocket: WebSocket, connection: Duplex) => {
    const socket = new WsFrameSocket(webSocket, connection, maxIncomingBytes)
    sockets.add(socket)
    timer ??= setInterval(keepAlive, keepAliveMs).unref()
    if (isClosing) socket.close(goingAway, goodbye)
    socket.onClose(() => {
      sockets.delete(socket)
      if (sockets.size > 0) return
      clearInterval(timer)
      timer = undefined
    })
    return socket
  }

  const upgrade = async (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Node leaves an upgraded socket without anyone to hear of its errors.
    socket.on('error', () => socket.destroy())
    // The answers before it would be written into the stream of frames. No client asks for an upgrade before it has them.
    if (isConnectionBusy(socket)) return void socket.destroy()
    const request = new NodeRequest(message, socket, options)
    const turn = shares.enter(() => request.network)
    if (turn) await turn
    if (socket.destroyed) return
    const outcome = await router.upgrade(request)
    if (socket.destroyed) return
    if (!outcome.accepted) return refuse(socket, outcome.response)
    server.handleUpgrade(message, socket, head, (webSocket) => void outcome.serve(accept(webSocket, socket)))
  }

  return {
    listener: (message, socket, head) => void upgrade(message, socket, head),
    get open() {
      return sockets.size
    },
    close() {
      isClosing = true
      for (const socket of sockets) socket.close(goingAway, goodbye)
    },
  }
}

function refuse(socket: Duplex, { status, headers, body }: RouterResponse): void {
  const bytes = body === undefined || isStream(body) ? new Uint8Array() : Buffer.from(body)
  const lines = Object.entries({ ...headers, 'content-length': String(bytes.length), connection: 'close' })
    .flatMap(([name, value]) => [value].flat().map((each) => `${name}: ${each.replace(/[\r\n]/g, ' ')}\r\n`))
    .join('')
  socket.once('finish', () => socket.destroy())
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines}\r\n`)
  socket.end(bytes)
}
