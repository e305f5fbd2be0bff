import type { Writable } from 'node:stream'
import type { WebSocket } from 'ws'
import type { FrameSocket } from './frame-socket.ts'

const binary = { binary: true, compress: false }
const policyViolation = 1008

/** A subscriber over `ws`. What it sends is not listened to, and bounded. */
export class WsFrameSocket implements FrameSocket {
  #sentBytes = 0
  #flushedBefore = 0
  #incomingBytes = 0
  #isAlive = true
  #isGathering = false

  constructor(
    private readonly webSocket: WebSocket,
    /** The connection that it writes to. */
    private readonly connection: Writable,
    private readonly maxIncomingBytes: number,
  ) {
    // An error is always followed by a close, which is what matters.
    webSocket.on('error', () => {})
    webSocket.on('message', (bytes: Buffer) => this.#ignore(bytes.length))
    webSocket.on('ping', (bytes: Buffer) => this.#ignore(bytes.length))
    webSocket.on('pong', (bytes: Buffer) => {
      this.#isAlive = true
      this.#ignore(bytes.length)
    })
  }

  get bufferedBytes(): number {
    return this.webSocket.bufferedAmount
  }

  send(frame: Uint8Array): void {
    this.#sentBytes += frame.length
    this.#gather()
    this.webSocket.send(frame, binary, ignoreError)
  }

  sendAndFlush(frame: Uint8Array): Promise<void> {
    this.#sentBytes += frame.length
    return new Promise((resolve) => this.webSocket.send(frame, binary, () => resolve()))
  }

  close(code: number, reason: string): void {
    this.webSocket.close(code, reason)
  }

  onClose(listener: () => void): void {
    if (this.webSocket.readyState === this.webSocket.CLOSED) listener()
    else this.webSocket.once('close', listener)
  }

  /** Cuts off a peer that neither answered the last ping nor took anything since; asks the others again. */
  keepAlive(): void {
    const flushed = this.#sentBytes - this.webSocket.bufferedAmount
    if (!this.#isAlive && flushed <= this.#flushedBefore) {
      this.webSocket.terminate()
      return
    }
    this.#isAlive = false
    this.#flushedBefore = flushed
    this.#incomingBytes = 0
    if (this.webSocket.readyState === this.webSocket.OPEN) this.webSocket.ping(undefined, undefined, ignoreError)
  }

  /** What is sent before others get a turn leaves in one write: each costs more than the frames of an event. */
  #gather(): void {
    if (this.#isGathering) return
    this.#isGathering = true
    this.connection.cork()
    process.nextTick(() => {
      this.#isGathering = false
      this.connection.uncork()
    })
  }

  #ignore(bytes: number): void {
    // A frame costs work even when it is empty.
    this.#incomingBytes += bytes + 64
    if (this.#incomingBytes > this.maxIncomingBytes) this.webSocket.close(policyViolation, 'nothing is to be sent here')
  }
}

function ignoreError(): void {}
