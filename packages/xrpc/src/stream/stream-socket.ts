import type { Clock } from './clock.ts'
import { bytesOf, isTooLong, type OpenSocket, type SubscriberSocket } from './subscriber-socket.ts'

/** Why a connection ended, as far as the socket can tell. */
export type SocketEnding =
  /** By the server, or because it could not be reached. */
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string }
  /** Nothing was heard for too long. */
  | { readonly kind: 'silent'; readonly ms: number }
  /** `bytes` is the least it has: `ws` does not wait for the rest of a message that is too long. */
  | { readonly kind: 'oversized'; readonly bytes: number }

export interface StreamSocketOptions {
  readonly url: string
  /** Default: the runtime's own WebSocket. */
  readonly webSocket?: OpenSocket | undefined
  /** A longer frame ends the connection. */
  readonly maxFrameBytes: number
  /**
   * Ends the connection after `idleTimeoutMs` without a sign of life. Default: 10,000 where the
   * socket can ping, and 60,000 elsewhere, where a quiet server looks like a dead one; none there
   * for a stream that may be quiet. Without a watchdog, a silent connection stays open.
   */
  readonly watchdog?: {
    readonly clock: Clock
    readonly idleTimeoutMs?: number | undefined
    readonly mayBeQuiet?: boolean
  }
  readonly onOpen?: () => void
  /** `undefined` stands for a text message. */
  readonly onFrame: (frame: Uint8Array | undefined) => void
}

/** The code of a connection that ended without a close frame. */
export const abnormalClosure = 1006

/** One WebSocket of an event stream, with its watchdog. It calls nobody once it has ended. */
export class StreamSocket<OwnEnding = never> {
  readonly ended: Promise<SocketEnding | OwnEnding>
  readonly #options: StreamSocketOptions
  readonly #socket: SubscriberSocket
  #settle: ((ending: SocketEnding | OwnEnding) => void) | undefined
  #fault: { readonly error: unknown } | undefined
  #lastSign = 0
  #isPaused = false
  #cancelTimer: () => void = () => {}

  /** @throws what opening the WebSocket throws */
  constructor(options: StreamSocketOptions) {
    const { url, webSocket = (url) => new WebSocket(url), maxFrameBytes, watchdog } = options
    this.#options = options
    this.ended = new Promise((resolve) => {
      this.#settle = resolve
    })
    this.#socket = webSocket(url, { maxPayload: maxFrameBytes })
    this.#socket.binaryType = 'arraybuffer'
    this.#listen(this.#socket)
    if (!watchdog) return
    const { clock, mayBeQuiet = false } = watchdog
    const { idleTimeoutMs = this.#socket.ping ? 10_000 : mayBeQuiet ? undefined : 60_000 } = watchdog
    if (idleTimeoutMs === undefined) return
    this.#lastSign = clock.now()
    this.#watch(clock, idleTimeoutMs)
  }

  /** Present once the WebSocket has failed. Not every runtime says with which `error`. */
  get fault(): { readonly error: unknown } | undefined {
    return this.#fault
  }

  /** Ends the connection with a close frame. */
  close(ending: SocketEnding | OwnEnding): void {
    this.#end(ending)
    this.#socket.close()
  }

  /** Ends the connection at once, whatever the server does. */
  terminate(ending: SocketEnding | OwnEnding): void {
    if (!this.#end(ending)) return
    if (this.#socket.terminate) this.#socket.terminate()
    else this.#socket.close()
  }

  /** Stops reading. `false` when the socket cannot. */
  pause(): boolean {
    if (!this.#socket.pause || !this.#socket.resume) return false
    if (!this.#isPaused) this.#socket.pause()
    return (this.#isPaused = true)
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#heard()
    if (this.#settle) this.#socket.resume?.()
  }

  /** Returns false if it had ended before. */
  #end(ending: SocketEnding | OwnEnding): boolean {
    if (!this.#settle) return false
    this.#settle(ending)
    this.#settle = undefined
    this.#cancelTimer()
    return true
  }

  #listen(socket: SubscriberSocket): void {
    let fault = ''
    socket.addEventListener('open', () => {
      this.#heard()
      if (this.#settle) this.#options.onOpen?.()
    })
    socket.addEventListener('message', ({ data }) => this.#receive(data))
    socket.addEventListener('error', ({ message, error }) => {
      this.#fault = { error }
      if (isTooLong(error)) this.terminate({ kind: 'oversized', bytes: this.#options.maxFrameBytes + 1 })
      fault = message ?? 'error'
    })
    socket.addEventListener('close', ({ code, reason }) => {
      this.terminate({ kind: 'closed', code: code ?? abnormalClosure, reason: reason || fault })
    })
    socket.on?.('ping', () => this.#heard())
    socket.on?.('pong', () => this.#heard())
  }

  #receive(data: unknown): void {
    if (!this.#settle) return
    this.#heard()
    const frame = bytesOf(data)
    if (frame && frame.length > this.#options.maxFrameBytes) this.terminate({ kind: 'oversized', bytes: frame.length })
    else this.#options.onFrame(frame)
  }

  #heard(): void {
    const { watchdog } = this.#options
    if (watchdog) this.#lastSign = watchdog.clock.now()
  }

  /** Pings after half of the idle time, and gives up after all of it. */
  #watch(clock: Clock, limitMs: number): void {
    const quietMs = this.#isPaused ? 0 : clock.now() - this.#lastSign
    if (quietMs >= limitMs) {
      this.terminate({ kind: 'silent', ms: quietMs })
      return
    }
    const isHalf = quietMs >= limitMs / 2
    if (isHalf) this.#ping()
    const waitMs = (isHalf ? limitMs : limitMs / 2) - quietMs
    this.#cancelTimer = clock.after(waitMs, () => this.#watch(clock, limitMs))
  }

  #ping(): void {
    try {
      this.#socket.ping?.()
    } catch {
      // It is not open yet, or no longer: the watchdog decides.
    }
  }
}
