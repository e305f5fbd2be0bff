/** A subscriber's socket over the web's WebSocket. */
import type { FrameSocket } from './frame-socket.ts'

/** What this code needs of the web's WebSocket. */
export interface WebSocketLike {
  /** Absent in old versions of Workers, where no subscriber can be seen to be slow. */
  readonly bufferedAmount?: number
  readonly readyState: number
  binaryType: string
  send(data: Uint8Array<ArrayBuffer>): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'close' | 'error' | 'message', listener: (event: object) => void): void
}

export interface WebSocketLimits {
  /**
   * What a subscriber may send within `incomingMs`, though it is not listened to. Default: 64 KiB.
   */
  maxIncomingBytes?: number
  /** Default: 30 s. */
  incomingMs?: number
  /**
   * How long a closing handshake may take. After that the subscription has ended for the router,
   * although only the runtime can drop the connection. Default: 5 s.
   */
  closeTimeoutMs?: number
  /** Milliseconds since the epoch. Default: `Date.now`. */
  now?: () => number
}

const pollMs = 10
const open = 1
const policyViolation = 1008
/** What a message counts for in addition to its bytes. */
const messageCost = 64

/**
 * Frames over a WebSocket that is open: it has no event for draining, and is polled. What the
 * subscriber sends is ignored, and bounded.
 */
export function frameSocketOf(webSocket: WebSocketLike, limits: WebSocketLimits = {}): FrameSocket {
  return new WebFrameSocket(webSocket, limits)
}

class WebFrameSocket implements FrameSocket {
  readonly #webSocket: WebSocketLike
  readonly #closeTimeoutMs: number
  #onClose: (() => void)[] | undefined = []
  #closeTimer: ReturnType<typeof setTimeout> | undefined

  constructor(webSocket: WebSocketLike, limits: WebSocketLimits) {
    this.#webSocket = webSocket
    this.#closeTimeoutMs = limits.closeTimeoutMs ?? 5_000
    webSocket.binaryType = 'arraybuffer'
    webSocket.addEventListener('close', this.#end)
    webSocket.addEventListener('error', this.#end)
    this.#boundIncoming(limits)
  }

  get bufferedBytes(): number {
    return this.#webSocket.bufferedAmount ?? 0
  }

  send(frame: Uint8Array): void {
    if (!this.#isOpen()) return
    try {
      // Frames never live in shared memory.
      this.#webSocket.send(frame as Uint8Array<ArrayBuffer>)
    } catch {
      // Some runtimes refuse to send before they say that the socket has closed.
      this.#end()
    }
  }

  async sendAndFlush(frame: Uint8Array): Promise<void> {
    this.send(frame)
    while (this.#isOpen() && this.bufferedBytes > 0) await new Promise((resolve) => setTimeout(resolve, pollMs))
  }

  close(code: number, reason: string): void {
    if (!this.#onClose || this.#closeTimer !== undefined) return
    this.#closeTimer = setTimeout(this.#end, this.#closeTimeoutMs)
    this.#webSocket.close(code, reason)
  }

  onClose(listener: () => void): void {
    if (this.#onClose && this.#webSocket.readyState <= open) this.#onClose.push(listener)
    else listener()
  }

  /** For the router, a socket that the other side or the runtime closes has ended. */
  #isOpen(): boolean {
    if (this.#onClose && this.#closeTimer === undefined && this.#webSocket.readyState > open) this.#end()
    return this.#onClose !== undefined && this.#webSocket.readyState === open
  }

  #boundIncoming({ maxIncomingBytes = 64 * 1024, incomingMs = 30_000, now = Date.now }: WebSocketLimits): void {
    let since = now()
    let bytes = 0
    this.#webSocket.addEventListener('message', (event) => {
      if (now() - since >= incomingMs) {
        since = now()
        bytes = 0
      }
      bytes += messageCost + sizeOf(event)
      if (bytes > maxIncomingBytes) this.close(policyViolation, 'nothing is to be sent here')
    })
  }

  readonly #end = () => {
    const listeners = this.#onClose
    this.#onClose = undefined
    clearTimeout(this.#closeTimer)
    for (const listener of listeners ?? []) listener()
  }
}

function sizeOf({ data }: { data?: unknown }): number {
  if (typeof data === 'string') return data.length
  return data instanceof ArrayBuffer ? data.byteLength : 0
}
