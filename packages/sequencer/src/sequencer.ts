import type { EventLog, StoredEvent } from '@atoll/storage'
import { ConsumerTooSlowError, FutureCursorError } from './errors.ts'
import { RecentEvents } from './recent-events.ts'

export interface SequencerOptions {
  readonly events: Pick<EventLog, 'last' | 'horizon' | 'page' | 'onAppend'>
  /** A live subscriber may fall behind by this many events, whatever their size. Default 500. */
  readonly maxBufferedEvents?: number
  /** A live subscriber may fall behind by this many bytes, however many events they are. Default 8 MiB, kept once for all. */
  readonly maxBufferedBytes?: number
  /** Events read from the log at once. Default 500. */
  readonly pageSize?: number
}

export interface SubscribeOptions {
  /** The number of the last event seen: what follows it is sent. Left out, only what happens from now on. */
  readonly cursor?: number | undefined
  /** Ends the stream. */
  readonly signal?: AbortSignal | undefined
  /** Sent first when the cursor is older than the log reaches back. */
  readonly outdated?: Uint8Array | undefined
}

/** The event log as a stream of frames, for any number of subscribers. */
export interface Sequencer {
  /** The number of the newest event. */
  last(): number
  /**
   * Frames in the order of their numbers, each once: those in the log first, then live ones, without a gap in between. Every subscriber gets
   * the same bytes. Throws FutureCursorError before anything is sent, and ConsumerTooSlowError when the subscriber falls too far behind.
   */
  subscribe(options?: SubscribeOptions): AsyncGenerator<Uint8Array, void, undefined>
  /** Ends every stream. */
  close(): Promise<void>
}

/** Listens to the log from now on, and serves subscribers. */
export function createSequencer(options: SequencerOptions): Sequencer {
  return new LogSequencer(options)
}

class LogSequencer implements Sequencer {
  readonly #log: SequencerOptions['events']
  readonly #recent: RecentEvents
  readonly #pageSize: number
  readonly #ready: Promise<void>
  readonly #stopListening: () => void
  #waiting: (() => void)[] = []
  #closed = false

  constructor({
    events,
    maxBufferedEvents = 500,
    maxBufferedBytes = 8 * 1024 * 1024,
    pageSize = 500,
  }: SequencerOptions) {
    this.#log = events
    this.#pageSize = pageSize
    this.#recent = new RecentEvents({ maxEvents: maxBufferedEvents, maxBytes: maxBufferedBytes })
    this.#stopListening = events.onAppend((appended) => this.#hear(appended))
    this.#ready = events.last().then((last) => this.#recent.beginAfter(last))
    // Whoever subscribes hears of a failure; nobody else waits for it.
    this.#ready.catch(() => undefined)
  }

  last(): number {
    return this.#recent.last
  }

  async *subscribe({ cursor, signal, outdated }: SubscribeOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    await this.#ready
    let position = cursor ?? this.#recent.last
    if (cursor !== undefined) {
      if (cursor > this.#recent.last) throw new FutureCursorError(cursor, this.#recent.last)
      const horizon = await this.#log.horizon()
      if (cursor < horizon) {
        if (outdated) yield outdated
        position = horizon
      }
    }
    // While the last page was sent, the recent events may have moved on.
    do position = yield* this.#backfill(position, signal)
    while (position < this.#recent.completeAfter && !this.#ended(signal))
    yield* this.#follow(position, signal)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#stopListening()
    this.#wake()
  }

  /** Frames from the log, until those that follow are among the recent ones; answers how far they reach. */
  async *#backfill(from: number, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, number, undefined> {
    let position = from
    while (position < this.#recent.completeAfter) {
      const reached = this.#recent.completeAfter
      const page = await this.#log.page({ after: position, limit: this.#pageSize })
      for (const event of page) {
        if (this.#ended(signal)) return position
        yield event.frame
      }
      // Numbers may be missing: an empty page means that there is nothing up to where the recent events began.
      position = page.at(-1)?.seq ?? reached
    }
    return position
  }

  /** Live events. */
  async *#follow(from: number, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, void, undefined> {
    let position = from
    while (!this.#ended(signal)) {
      if (position < this.#recent.completeAfter) throw new ConsumerTooSlowError(position)
      const next = this.#recent.next(position)
      if (next) {
        position = next.seq
        yield next.frame
      } else {
        await this.#news(signal)
      }
    }
  }

  #ended(signal: AbortSignal | undefined): boolean {
    return this.#closed || signal?.aborted === true
  }

  #hear(events: readonly StoredEvent[]): void {
    this.#recent.append(events)
    this.#wake()
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }

  /** Resolves when something was appended, or the stream is to end. */
  #news(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        signal?.removeEventListener('abort', done)
        resolve()
      }
      signal?.addEventListener('abort', done, { once: true })
      this.#waiting.push(done)
    })
  }
}
