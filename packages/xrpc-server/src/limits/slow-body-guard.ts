import type { IncomingMessage } from 'node:http'
import type { XrpcError } from '@atoll/xrpc'
import { bodyTooSlow } from '../http/errors.ts'

export interface SlowBodyGuardOptions {
  /** The lowest rate at which a body may arrive. Default: 1 KiB/s. */
  minBytesPerSecond?: number
  /**
   * The time over which the rate is averaged: a client that stalls for less is left alone. Default:
   * one minute.
   */
  windowMs?: number
  /** How often the guard looks. Default: every 5 s. */
  everyMs?: number
  /**
   * Calls `look` at this interval until the returned function is called. Default: the runtime's own
   * timers.
   */
  repeat?(look: () => void, everyMs: number): () => void
}

interface Watched {
  /** Bytes received on the socket at each look within the window, oldest first. */
  readings: number[]
  onTooSlow(error: XrpcError): void
}

/**
 * Refuses uploads that arrive too slowly to be genuine: a thousand of them could otherwise tie up a
 * server.
 */
export class SlowBodyGuard {
  readonly #watched = new Map<IncomingMessage, Watched>()
  readonly #minBytes: number
  readonly #looks: number
  readonly #seconds: number
  readonly #start: () => () => void
  #stop: (() => void) | undefined

  constructor(options: SlowBodyGuardOptions = {}) {
    const { minBytesPerSecond = 1024, windowMs = 60_000, everyMs = 5_000, repeat = repeatedly } = options
    this.#looks = Math.max(1, Math.round(windowMs / everyMs))
    this.#seconds = (this.#looks * everyMs) / 1000
    this.#minBytes = minBytesPerSecond * this.#seconds
    this.#start = () => repeat(() => this.#look(), everyMs)
  }

  /** Follows a request until its body has arrived, or until `forget`. */
  watch(message: IncomingMessage, onTooSlow: (error: XrpcError) => void): void {
    this.#watched.set(message, { readings: [message.socket.bytesRead], onTooSlow })
    this.#stop ??= this.#start()
  }

  forget(message: IncomingMessage): void {
    this.#watched.delete(message)
  }

  close(): void {
    this.#stop?.()
    this.#stop = undefined
    this.#watched.clear()
  }

  #look(): void {
    for (const [message, watched] of this.#watched) {
      if (message.destroyed || message.complete) this.forget(message)
      else if (this.#isTooSlow(message, watched.readings)) {
        this.forget(message)
        watched.onTooSlow(bodyTooSlow(this.#minBytes, this.#seconds))
      }
    }
    if (this.#watched.size === 0) this.close()
  }

  #isTooSlow(message: IncomingMessage, readings: number[]): boolean {
    const { bytesRead } = message.socket
    // Bytes that lie here unread are the server's slowness, not the client's: its minute starts
    // over.
    if (message.readableLength > 0 || message.isPaused()) readings.length = 0
    readings.push(bytesRead)
    if (readings.length <= this.#looks) return false
    return bytesRead - readings.shift()! < this.#minBytes
  }
}

function repeatedly(look: () => void, everyMs: number): () => void {
  // After a stall of this process timers come first: what has arrived is read before anyone is
  // refused.
  const timer = setInterval(() => setImmediate(look), everyMs).unref()
  return () => clearInterval(timer)
}
