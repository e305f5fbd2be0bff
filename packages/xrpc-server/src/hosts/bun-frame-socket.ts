import type { FrameSocket } from '../streams/frame-socket.ts'

/** As much of Bun's `ServerWebSocket` as is used here. */
export interface BunWebSocket {
  send(frame: Uint8Array, compress: boolean): number
  ping(): number
  close(code: number, reason: string): void
  terminate(): void
  getBufferedAmount(): number
}

export interface BunFrameSocketOptions {
  /** What the peer may send between two calls of `keepAlive`. */
  readonly maxIncomingBytes: number
  readonly closeTimeoutMs: number
}

interface Waiting {
  /** How many bytes must have left until it is resolved. */
  readonly until: number
  readonly resolve: () => void
}

const policyViolation = 1008
/** What a message counts for in addition to its bytes. */
const messageCost = 64

/**
 * A subscriber over Bun's WebSocket, whose events Bun hands to its server. What it sends is
 * ignored, and bounded.
 */
export class BunFrameSocket implements FrameSocket {
  readonly #webSocket: BunWebSocket
  readonly #options: BunFrameSocketOptions
  #onClose: (() => void)[] | undefined = []
  #waiting: Waiting[] = []
  #closeTimer: ReturnType<typeof setTimeout> | undefined
  #sentBytes = 0
  #flushedBefore = 0
  #incomingBytes = 0
  #isAlive = true

  constructor(webSocket: BunWebSocket, options: BunFrameSocketOptions) {
    this.#webSocket = webSocket
    this.#options = options
  }

  get bufferedBytes(): number {
    return this.#onClose ? this.#webSocket.getBufferedAmount() : 0
  }

  send(frame: Uint8Array): void {
    if (!this.#isOpen) return
    this.#sentBytes += frame.length
    this.#webSocket.send(frame, false)
  }

  sendAndFlush(frame: Uint8Array): Promise<void> {
    this.send(frame)
    if (!this.#isOpen || this.bufferedBytes === 0) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ until: this.#sentBytes, resolve }))
  }

  close(code: number, reason: string): void {
    if (!this.#isOpen) return
    this.#closeTimer = setTimeout(() => this.#webSocket.terminate(), this.#options.closeTimeoutMs)
    this.#webSocket.close(code, reason)
  }

  onClose(listener: () => void): void {
    if (this.#onClose) this.#onClose.push(listener)
    else listener()
  }

  /**
   * Cuts off a peer that neither answered the last ping nor took anything since; asks the others
   * again.
   */
  keepAlive(): void {
    const flushed = this.#flushedBytes
    if (!this.#isAlive && flushed <= this.#flushedBefore) {
      this.#webSocket.terminate()
      return
    }
    this.#isAlive = false
    this.#flushedBefore = flushed
    this.#incomingBytes = 0
    if (this.#isOpen) this.#webSocket.ping()
  }

  /** The peer sent a message or a ping. */
  onMessage(bytes: number): void {
    this.#incomingBytes += messageCost + bytes
    if (this.#incomingBytes > this.#options.maxIncomingBytes) this.close(policyViolation, 'nothing is to be sent here')
  }

  onPong(bytes: number): void {
    this.#isAlive = true
    this.onMessage(bytes)
  }

  onDrain(): void {
    const flushed = this.#flushedBytes
    while (this.#waiting.length > 0 && this.#waiting[0]!.until <= flushed) this.#waiting.shift()!.resolve()
  }

  onClosed(): void {
    const listeners = this.#onClose
    this.#onClose = undefined
    clearTimeout(this.#closeTimer)
    for (const { resolve } of this.#waiting.splice(0)) resolve()
    for (const listener of listeners ?? []) listener()
  }

  get #isOpen(): boolean {
    return this.#onClose !== undefined && this.#closeTimer === undefined
  }

  /** How many bytes of frames have left at least: what is buffered includes their headers. */
  get #flushedBytes(): number {
    return this.#sentBytes - Math.min(this.#sentBytes, this.bufferedBytes)
  }
}
