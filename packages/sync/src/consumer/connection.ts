import { maxFrameBytes } from '@atoll/xrpc'
import type { Clock } from './clock.ts'
import { bytesOf, isTooLong, type Socket, type SocketConstructor } from './socket.ts'

/** Why a connection ended. */
export type Ending =
  /** By the server, or because it could not be reached. */
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string }
  /** Nothing was heard for too long. */
  | { readonly kind: 'silent'; readonly ms: number }
  /** So many bytes, or more: `ws` does not wait for the rest of a message that is too long. */
  | { readonly kind: 'oversized'; readonly bytes: number }
  /** The server said why before it closed, such as `ConsumerTooSlow`. */
  | { readonly kind: 'error-frame'; readonly error: string; readonly message?: string }
  /** An event has a number below the cursor: the server's numbers went back. */
  | { readonly kind: 'went-back'; readonly seq: number; readonly cursor: number }
  /** More was received than could be processed in time. */
  | { readonly kind: 'backlog'; readonly bytes: number }
  /** By the consumer's owner. */
  | { readonly kind: 'stopped' }

export interface ConnectionOptions {
  readonly url: string
  readonly webSocket: SocketConstructor
  readonly clock: Clock
  /** Default 10,000 for a socket that can ping, and 60,000 for others, with which a quiet server looks like a dead one. */
  readonly idleTimeoutMs?: number | undefined
  readonly onOpen: () => void
  /** `undefined` stands for a text message. */
  readonly onFrame: (frame: Uint8Array | undefined) => void
}

const abnormalClosure = 1006

/** One WebSocket and its watchdog. Nothing is heard of it any more once it has ended. */
export class Connection {
  readonly ended: Promise<Ending>
  readonly #options: ConnectionOptions
  readonly #socket: Socket | undefined
  readonly #idleTimeoutMs: number
  #settle: ((ending: Ending) => void) | undefined
  #lastSign: number
  #paused = false
  #cancelTimer: () => void = () => {}

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.ended = new Promise((resolve) => {
      this.#settle = resolve
    })
    this.#lastSign = options.clock.now()
    this.#socket = this.#open()
    const canPing = typeof this.#socket?.ping === 'function'
    this.#idleTimeoutMs = options.idleTimeoutMs ?? (canPing ? 10_000 : 60_000)
    if (this.#settle) this.#watch()
  }

  /** Ends the connection at once, whatever the server does. */
  end(ending: Ending): void {
    if (!this.#settle) return
    this.#settle(ending)
    this.#settle = undefined
    this.#cancelTimer()
    if (this.#socket?.terminate) this.#socket.terminate()
    else this.#socket?.close()
  }

  /** Stops reading. `false` when the socket cannot. */
  pause(): boolean {
    if (!this.#socket?.pause || !this.#socket.resume) return false
    if (!this.#paused) this.#socket.pause()
    return (this.#paused = true)
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#alive()
    if (this.#settle) this.#socket?.resume?.()
  }

  #open(): Socket | undefined {
    const { url, webSocket: WebSocket } = this.#options
    try {
      const socket = new WebSocket(url, [], { maxPayload: maxFrameBytes })
      socket.binaryType = 'arraybuffer'
      this.#listen(socket)
      return socket
    } catch (error) {
      this.end({ kind: 'closed', code: abnormalClosure, reason: String(error) })
      return undefined
    }
  }

  #listen(socket: Socket): void {
    let fault = ''
    socket.addEventListener('open', () => {
      this.#alive()
      if (this.#settle) this.#options.onOpen()
    })
    socket.addEventListener('message', ({ data }) => this.#receive(data))
    socket.addEventListener('error', ({ message, error }) => {
      if (isTooLong(error)) this.end({ kind: 'oversized', bytes: maxFrameBytes + 1 })
      fault = message ?? 'error'
    })
    socket.addEventListener('close', ({ code, reason }) => {
      this.end({ kind: 'closed', code: code ?? abnormalClosure, reason: reason || fault })
    })
    socket.on?.('ping', () => this.#alive())
    socket.on?.('pong', () => this.#alive())
  }

  #receive(data: unknown): void {
    if (!this.#settle) return
    this.#alive()
    const frame = bytesOf(data)
    if (frame && frame.length > maxFrameBytes) this.end({ kind: 'oversized', bytes: frame.length })
    else this.#options.onFrame(frame)
  }

  #alive(): void {
    this.#lastSign = this.#options.clock.now()
  }

  /** Looks after half of the time allowed, to ping, and after all of it, to give up. */
  #watch(): void {
    const limit = this.#idleTimeoutMs
    const quiet = this.#paused ? 0 : this.#options.clock.now() - this.#lastSign
    if (quiet >= limit) {
      this.end({ kind: 'silent', ms: quiet })
      return
    }
    const isHalf = quiet >= limit / 2
    if (isHalf) this.#ping()
    this.#cancelTimer = this.#options.clock.after((isHalf ? limit : limit / 2) - quiet, () => this.#watch())
  }

  #ping(): void {
    try {
      this.#socket?.ping?.()
    } catch {
      // It is not open yet, or not any more: time will tell.
    }
  }
}
