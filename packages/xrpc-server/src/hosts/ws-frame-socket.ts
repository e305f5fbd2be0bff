import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { FrameSocket } from '../streams/frame-socket.ts'

const binary = { binary: true, compress: false }
const policyViolation = 1008
/** What a frame counts for in addition to its bytes. */
const frameCost = 64
/** How long a peer that is cut off has to read the reason. */
const goodbyeMs = 1_000

export interface WsFrameSocketOptions {
  readonly webSocket: WebSocket
  /** The connection underneath. */
  readonly connection: Duplex
  /** What the peer may send between two calls of `keepAlive`. */
  readonly maxIncomingBytes: number
}

/** A subscriber over `ws`. What it sends is ignored, and bounded. */
export class WsFrameSocket implements FrameSocket {
  readonly #webSocket: WebSocket
  readonly #connection: Duplex
  readonly #maxIncomingBytes: number
  #sentBytes = 0
  #flushedBefore = 0
  #incomingBytes = 0
  #isAlive = true
  #isGathering = false
  #isCutOff = false

  constructor({ webSocket, connection, maxIncomingBytes }: WsFrameSocketOptions) {
    this.#webSocket = webSocket
    this.#connection = connection
    this.#maxIncomingBytes = maxIncomingBytes
    // The peer sent something malformed. `ws` has sent a close frame, and would go on reading, and
    // discarding, all that follows.
    webSocket.on('error', () => process.nextTick(() => this.#stopReading()))
    webSocket.on('message', () => this.#hear(frameCost))
    webSocket.on('ping', (bytes: Buffer) => {
      this.#hear(frameCost)
      if (!this.#isCutOff) webSocket.pong(bytes, false, ignoreError)
    })
    webSocket.on('pong', () => {
      this.#isAlive = true
      this.#hear(frameCost)
    })
    // Only here are the parts of a message that has not ended.
    connection.on('data', (bytes: Buffer) => this.#hear(bytes.length))
  }

  get bufferedBytes(): number {
    return this.#webSocket.bufferedAmount
  }

  send(frame: Uint8Array): void {
    this.#sentBytes += frame.length
    this.#gather()
    this.#webSocket.send(frame, binary, ignoreError)
  }

  sendAndFlush(frame: Uint8Array): Promise<void> {
    this.#sentBytes += frame.length
    return new Promise((resolve) => this.#webSocket.send(frame, binary, () => resolve()))
  }

  close(code: number, reason: string): void {
    this.#webSocket.close(code, reason)
  }

  onClose(listener: () => void): void {
    if (this.#webSocket.readyState === this.#webSocket.CLOSED) listener()
    else this.#webSocket.once('close', listener)
  }

  /**
   * Cuts off a peer that neither answered the last ping nor took anything since; asks the others
   * again.
   */
  keepAlive(): void {
    const flushed = this.#sentBytes - this.#webSocket.bufferedAmount
    if (!this.#isAlive && flushed <= this.#flushedBefore) {
      this.#webSocket.terminate()
      return
    }
    this.#isAlive = false
    this.#flushedBefore = flushed
    this.#incomingBytes = 0
    if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#webSocket.ping(undefined, undefined, ignoreError)
  }

  /**
   * What is sent before others get a turn leaves in one write: each costs more than the frames of
   * an event.
   */
  #gather(): void {
    if (this.#isGathering) return
    this.#isGathering = true
    this.#connection.cork()
    process.nextTick(() => {
      this.#isGathering = false
      this.#connection.uncork()
    })
  }

  #hear(bytes: number): void {
    this.#incomingBytes += bytes
    if (this.#incomingBytes > this.#maxIncomingBytes && !this.#isCutOff) this.#cutOff()
  }

  /** Stops reading: even to skip what still comes would be work without end. */
  #cutOff(): void {
    this.#webSocket.close(policyViolation, 'nothing is to be sent here')
    this.#stopReading()
  }

  #stopReading(): void {
    this.#isCutOff = true
    this.#webSocket.pause()
    setTimeout(() => this.#webSocket.terminate(), goodbyeMs).unref()
  }
}

function ignoreError(): void {}
