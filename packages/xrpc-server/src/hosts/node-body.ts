import type { IncomingMessage } from 'node:http'
import type { ByteStream } from '../http/bodies.ts'
import { ClientGoneError } from '../http/errors.ts'
import type { SlowBodyGuard } from '../limits/slow-body-guard.ts'

type Result = IteratorResult<Uint8Array, undefined>

const ended: Result = { done: true, value: undefined }

/**
 * The body of one of Node's requests, to be read once. Chunks are passed on as the parser made
 * them, where the stream's own iterator would join those that wait. A reader that stops early
 * leaves the connection open, so that the response can still be sent.
 */
export class NodeBody implements ByteStream, AsyncIterator<Uint8Array, undefined> {
  readonly #message: IncomingMessage
  readonly #guard: SlowBodyGuard | undefined
  readonly #chunks: Uint8Array[] = []
  #waitingBytes = 0
  #next: PromiseWithResolvers<Result> | undefined
  #state: 'fresh' | 'open' | 'ended' | 'failed' = 'fresh'
  #failure: Error | undefined
  /** Other listeners get the chunks as well, and may keep them. */
  #isShared = false

  constructor(message: IncomingMessage, guard?: SlowBodyGuard) {
    this.#message = message
    this.#guard = guard
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<Result> {
    if (this.#state === 'fresh') this.#open()
    const value = this.#chunks.shift()
    if (value) {
      this.#waitingBytes -= value.length
      if (this.#chunks.length === 0 && this.#message.isPaused()) this.#message.resume()
      return Promise.resolve({ done: false, value })
    }
    if (this.#state === 'ended') return Promise.resolve(ended)
    if (this.#state === 'failed') return Promise.reject(this.#failure)
    this.#next = Promise.withResolvers()
    return this.#next.promise
  }

  return(): Promise<Result> {
    if (this.#state === 'open') this.#message.pause()
    this.#close('ended')
    this.#chunks.length = 0
    this.#next?.resolve(ended)
    return Promise.resolve(ended)
  }

  release({ buffer, byteLength }: Uint8Array): void {
    // What is part of something larger is not alone in its memory.
    if (!this.#isShared && buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
  }

  #open(): void {
    const message = this.#message
    if (message.readableEnded || message.destroyed) {
      if (message.readableEnded) this.#close('ended')
      else this.#onGone()
      return
    }
    this.#state = 'open'
    this.#isShared = message.listenerCount('data') > 0
    this.#guard?.watch(message, this.#fail)
    message.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onGone).on('close', this.#onGone)
  }

  readonly #onData = (value: Uint8Array) => {
    const next = this.#next
    if (next) {
      this.#next = undefined
      return next.resolve({ done: false, value })
    }
    this.#chunks.push(value)
    this.#waitingBytes += value.length
    if (this.#waitingBytes >= this.#message.readableHighWaterMark) this.#message.pause()
  }

  readonly #onEnd = () => {
    this.#close('ended')
    this.#next?.resolve(ended)
  }

  readonly #onGone = (cause?: unknown) => this.#fail(new ClientGoneError({ cause }))

  readonly #fail = (failure: Error) => {
    if (this.#state === 'open') this.#message.pause()
    this.#close('failed')
    this.#failure = failure
    this.#next?.reject(failure)
  }

  #close(state: 'ended' | 'failed'): void {
    if (this.#state === 'open') {
      const message = this.#message
      this.#guard?.forget(message)
      message.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#onGone).off('close', this.#onGone)
    }
    this.#state = state
  }
}
