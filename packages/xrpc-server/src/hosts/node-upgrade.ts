/** Subscriptions over `ws`, on any HTTP server of Node's. */
import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { isStream } from '../http/bodies.ts'
import type { RouterResponse } from '../http/messages.ts'
import { isConnectionBusy } from '../limits/connection-queues.ts'
import { sharedLoopShares } from '../limits/loop-shares.ts'
import { NodeRequest, type NodeRequestOptions } from './node-request.ts'
import { OpenSockets } from './open-sockets.ts'
import type { Router } from './router.ts'
import { WsFrameSocket } from './ws-frame-socket.ts'

export interface NodeUpgradeOptions extends NodeRequestOptions {
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

export interface NodeUpgrade {
  /** For the `upgrade` event of a server. */
  listener(message: IncomingMessage, socket: Duplex, head: Buffer): void
  /** How many subscriptions are open. */
  readonly open: number
  /**
   * Closes every subscription, those that are being opened included; peers that do not answer are
   * cut off.
   */
  close(): void
}

const maxIncomingFrameBytes = 16 * 1024

export function nodeUpgrade(router: Pick<Router, 'upgrade'>, options: NodeUpgradeOptions = {}): NodeUpgrade {
  const { closeTimeoutMs = 5_000, keepAliveMs = 30_000, maxIncomingBytes = 64 * 1024 } = options
  const server = webSocketServer(closeTimeoutMs)
  const sockets = new OpenSockets<WsFrameSocket>(keepAliveMs)
  const shares = sharedLoopShares()

  const upgrade = async (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Node leaves an upgraded socket without a listener for its errors.
    socket.on('error', () => socket.destroy())
    // The responses before it would be written into the stream of frames. No client asks for an
    // upgrade before it has them.
    if (isConnectionBusy(socket)) return void socket.destroy()
    const request = new NodeRequest(message, socket, options)
    const turn = shares.enter(() => request.network)
    if (turn) await turn
    if (socket.destroyed) return
    const outcome = await router.upgrade(request)
    if (socket.destroyed) return
    if (!outcome.accepted) return refuse(socket, outcome.response)
    server.handleUpgrade(message, socket, head, (webSocket) => {
      void outcome.serve(sockets.add(new WsFrameSocket({ webSocket, connection: socket, maxIncomingBytes })))
    })
  }

  return {
    listener: (message, socket, head) => void upgrade(message, socket, head),
    get open() {
      return sockets.size
    },
    close: () => void sockets.close(),
  }
}

function webSocketServer(closeTimeout: number): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // A context for each subscriber would cost more memory than everything else about it.
    perMessageDeflate: false,
    maxPayload: maxIncomingFrameBytes,
    skipUTF8Validation: true,
    // A ping is counted before it is answered.
    autoPong: false,
    closeTimeout,
  } as ConstructorParameters<typeof WebSocketServer>[0])
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
