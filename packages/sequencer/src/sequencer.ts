import type { EventLog, StoredEvent } from '@atoll/storage'
import type { ConsumerTooSlowError } from './errors.ts'
import { type ReadableLog, Subscription } from './subscription.ts'

export interface SequencerOptions {
  events: ReadableLog & Pick<EventLog, 'onAppend'>
  /** How many bytes of new events may wait for one live subscriber. Default 8 MiB; the bytes are shared by all. */
  maxBufferedBytes?: number
  /** How many new events may wait for one live subscriber. Default: no limit but that in bytes. */
  maxBufferedEvents?: number
  /** How much of the log is read at a time for a subscriber that is behind. Default 500 events and 512 KiB. */
  pageEvents?: number
  pageBytes?: number
}

export interface SubscribeOptions {
  /** The last number that the subscriber has seen; without one, it gets what comes from now on. */
  cursor?: number | undefined
  /** Sent first when the cursor is older than what is kept; the oldest event follows. */
  outdated?: Uint8Array | undefined
  /** Ends the subscription without an error. */
  signal?: AbortSignal | undefined
  /** Hears at once that too much waits; the iteration says it only when it is asked for more. */
  onTooSlow?: ((error: ConsumerTooSlowError) => void) | undefined
}

export interface Sequencer {
  /**
   * Frames after the cursor, each once and in order, for as long as the subscriber wants. The iteration throws a
   * `FutureCursorError` for a cursor that was never given, and a `ConsumerTooSlowError` when too much waits.
   */
  subscribe(options?: SubscribeOptions): AsyncIterableIterator<Uint8Array>
  /** The last number that was given, as far as this process has heard. */
  last(): number
  /** Ends every subscription. */
  close(): Promise<void>
}

const defaults = {
  maxBufferedBytes: 8 * 1024 * 1024,
  maxBufferedEvents: Number.POSITIVE_INFINITY,
  pageEvents: 500,
  pageBytes: 512 * 1024,
}

/**
 * Turns an event log into streams: numbers, order and bytes are the log's, and the same bytes go to every subscriber.
 *
 * @example
 * const sequencer = createSequencer({ events: storage.events })
 * for await (const frame of sequencer.subscribe({ cursor: 0, signal })) socket.send(frame)
 */
export function createSequencer(options: SequencerOptions): Sequencer {
  return new LogSequencer(options)
}

/** In one process only: it hears of the events that this process appends. */
class LogSequencer implements Sequencer {
  readonly #options: Required<SequencerOptions>
  readonly #subscriptions = new Set<Subscription>()
  readonly #leave: () => void
  #newest = 0

  constructor(options: SequencerOptions) {
    this.#options = { ...defaults, ...withoutUndefined(options) }
    this.#leave = options.events.onAppend((events) => this.#tell(events))
    options.events.last().then(
      (last) => (this.#newest = Math.max(this.#newest, last)),
      () => {}, // Whoever subscribes meets the same failure.
    )
  }

  subscribe({ cursor, outdated, signal, onTooSlow }: SubscribeOptions = {}): AsyncIterableIterator<Uint8Array> {
    const { events: log, ...limits } = this.#options
    const abort = () => subscription.end()
    const onEnd = () => {
      this.#subscriptions.delete(subscription)
      signal?.removeEventListener('abort', abort)
    }
    const subscription = new Subscription({
      ...limits,
      log,
      newest: () => this.#newest,
      cursor,
      outdated,
      onTooSlow,
      onEnd,
    })
    this.#subscriptions.add(subscription)
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) abort()
    return subscription
  }

  last(): number {
    return this.#newest
  }

  async close(): Promise<void> {
    this.#leave()
    for (const subscription of [...this.#subscriptions]) subscription.end()
  }

  #tell(events: readonly StoredEvent[]): void {
    this.#newest = Math.max(this.#newest, events.at(-1)?.seq ?? 0)
    for (const subscription of this.#subscriptions) subscription.offer(events)
  }
}

function withoutUndefined(options: SequencerOptions): SequencerOptions {
  const set = Object.entries(options).filter(([, value]) => value !== undefined)
  // Leaving out undefined members leaves what the type says.
  return Object.fromEntries(set) as unknown as SequencerOptions
}
