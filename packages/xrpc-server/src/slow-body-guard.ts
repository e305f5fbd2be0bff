import type { IncomingMessage } from 'node:http'

/** Cuts off uploads that arrive too slowly to be meant: a thousand of them would otherwise hold a server for nothing. */
export class SlowBodyGuard {
  /** What had come over each request's socket at the last look; nothing before the first. */
  readonly #bytesBefore = new Map<IncomingMessage, number | undefined>()
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(private readonly options: { minBytesPerSecond: number; everyMs: number }) {}

  /** Follows a request until its body has arrived. */
  watch(message: IncomingMessage): void {
    this.#bytesBefore.set(message, undefined)
    message.once('close', () => this.#bytesBefore.delete(message))
    // After a stall of ours timers come first: what has arrived meanwhile is read before anyone is judged by it.
    this.#timer ??= setInterval(() => setImmediate(() => this.#look()), this.options.everyMs).unref()
  }

  close(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#bytesBefore.clear()
  }

  #look(): void {
    const expected = (this.options.minBytesPerSecond * this.options.everyMs) / 1000
    for (const [message, before] of this.#bytesBefore) {
      const { bytesRead } = message.socket
      // Bytes that lie here unread are our slowness, not the client's.
      const isAwaited = message.readableLength === 0 && !message.isPaused() && !message.complete
      if (isAwaited && before !== undefined && bytesRead - before < expected) message.destroy()
      else this.#bytesBefore.set(message, bytesRead)
    }
    if (this.#bytesBefore.size === 0) this.close()
  }
}
