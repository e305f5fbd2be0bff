import type { EventLog, StoredEvent } from '@atoll/storage'
import { ConsumerTooSlowError, FutureCursorError } from './errors.ts'
import { FrameQueue } from './frame-queue.ts'

/** The methods of the log that a subscription uses. */
export type ReadableLog = Pick<EventLog, 'last' | 'horizon' | 'page'>

export interface SubscriptionOptions {
  log: ReadableLog
  /**
   * The number of the newest event that was offered to live subscriptions; it changes as events
   * arrive.
   */
  newest: () => number
  cursor: number | undefined
  outdated: Uint8Array | undefined
  maxBufferedBytes: number
  maxBufferedEvents: number
  pageEvents: number
  pageBytes: number
  /** Called at once when too much is waiting. */
  onTooSlow: ((error: ConsumerTooSlowError) => void) | undefined
  /** Called once, when this subscription takes no more events. */
  onEnd: (subscription: Subscription) => void
}

/**
 * One subscriber's way through the log: `starting` checks the cursor, `behind` reads pages at the
 * subscriber's pace, `live` takes events as they are appended. It becomes live at the moment at
 * which it has read everything that was offered to the others.
 */
export class Subscription implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #options: SubscriptionOptions
  readonly #queue = new FrameQueue()
  #state: 'starting' | 'behind' | 'live' | 'ended'
  /** The number of the last event in the queue, or taken from it. */
  #after: number
  #failure: Error | undefined
  #waiting: (() => void)[] = []

  constructor(options: SubscriptionOptions) {
    this.#options = options
    this.#state = options.cursor === undefined ? 'live' : 'starting'
    // Sequence numbers begin at 1, so a cursor below 0 means the same as 0.
    this.#after = options.cursor === undefined ? Number.NEGATIVE_INFINITY : Math.max(options.cursor, 0)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    for (;;) {
      const value = this.#queue.take()
      if (value !== undefined) return { done: false, value }
      if (this.#failure) throw this.#takeFailure()
      if (this.#state === 'ended') return { done: true, value: undefined }
      await this.#more()
    }
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.end()
    return { done: true, value: undefined }
  }

  /** Ends without an error. Waiting frames are dropped. */
  end(): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    this.#queue.clear()
    this.#options.onEnd(this)
    this.#wakeUp()
  }

  /**
   * Takes new events, in order. A subscription that is still behind will read them from the log.
   */
  offer(events: readonly StoredEvent[]): void {
    if (this.#state !== 'live') return
    this.#enqueue(events)
    const { maxBufferedBytes, maxBufferedEvents } = this.#options
    if (this.#queue.bytes > maxBufferedBytes || this.#queue.length > maxBufferedEvents) {
      const error = new ConsumerTooSlowError(this.#queue.bytes)
      this.#fail(error)
      this.#options.onTooSlow?.(error)
    }
    this.#wakeUp()
  }

  async #more(): Promise<void> {
    try {
      if (this.#state === 'starting') await this.#start()
      else if (this.#state === 'behind') await this.#readPage()
      else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error('reading the event log failed', { cause: error }))
    }
  }

  async #start(): Promise<void> {
    const [last, horizon] = await Promise.all([this.#options.log.last(), this.#options.log.horizon()])
    if (this.#state !== 'starting') return
    if (this.#after > last) throw new FutureCursorError(this.#after, last)
    if (this.#after < horizon && this.#options.outdated) this.#queue.push(this.#options.outdated)
    this.#state = 'behind'
  }

  async #readPage(): Promise<void> {
    const { log, newest, pageEvents, pageBytes } = this.#options
    const newestBefore = newest()
    const page = await log.page({ after: this.#after, limit: pageEvents, maxBytes: pageBytes })
    if (this.#state !== 'behind') return
    this.#enqueue(page)
    // The log had nothing more, and nothing was appended since it was read: from here on, every
    // event is offered.
    if (page.length === 0 && newest() === newestBefore) this.#state = 'live'
  }

  #enqueue(events: readonly StoredEvent[]): void {
    for (const { seq, frame } of events) {
      if (seq <= this.#after) continue
      this.#after = seq
      this.#queue.push(frame)
    }
  }

  #fail(failure: Error): void {
    if (this.#state === 'ended') return
    this.end()
    this.#failure = failure
  }

  #takeFailure(): Error {
    const failure = this.#failure
    this.#failure = undefined
    return failure ?? new Error('no failure')
  }

  #wakeUp(): void {
    const waiting = this.#waiting
    if (waiting.length === 0) return
    this.#waiting = []
    for (const wake of waiting) wake()
  }
}
