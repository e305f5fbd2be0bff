import type { EventLog, StoredEvent } from '@atoll/storage'
import type { ConsumerTooSlowError } from './errors.ts'
import { type ReadableLog, Subscription } from './subscription.ts'

export interface SequencerOptions {
  events: ReadableLog & Pick<EventLog, 'onAppend'>
  /**
   * How many bytes of new events may wait for one live subscriber. Default 8 MiB; all subscribers
   * share the same bytes.
   */
  maxBufferedBytes?: number
  /**
   * How many new events may wait for one live subscriber. Default: only the limit in bytes applies.
   */
  maxBufferedEvents?: number
  /**
   * How much of the log is read at a time for a subscriber that is behind. Default 500 events and
   * 512 KiB.
   */
  pageEvents?: number
  pageBytes?: number
}

export interface SubscribeOptions {
  /** The last number that the subscriber has seen; without one, it gets events from now on. */
  cursor?: number | undefined
  /** Sent first if the cursor is older than the oldest event, which then follows. */
  outdated?: Uint8Array | undefined
  /** Ends the subscription without an error. */
  signal?: AbortSignal | undefined
  /**
   * Called at once when too much is waiting; the iteration throws only when the next frame is
   * requested.
   */
  onTooSlow?: ((error: ConsumerTooSlowError) => void) | undefined
}

export interface Sequencer {
  /**
   * Frames after the cursor, each once and in order, until the subscriber leaves. The iteration
   * throws a `FutureCursorError` for a cursor above the last number, and a `ConsumerTooSlowError`
   * when too much is waiting.
   */
  subscribe(options?: SubscribeOptions): AsyncIterableIterator<Uint8Array>
  /** The last number assigned, as far as this process knows. */
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
 * Turns an event log into streams. Numbers, order and bytes are those of the log, and every
 * subscriber gets the same bytes.
 *
 * @example
 * const sequencer = createSequencer({ events: storage.events })
 * for await (const frame of sequencer.subscribe({ cursor: 0, signal })) socket.send(frame)
 */
export function createSequencer(options: SequencerOptions): Sequencer {
  return new LogSequencer(options)
}

/** In one process only: it is notified only of events that this process appends. */
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
      () => {}, // Subscribers get the same error from the log.
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
  // Without its undefined members it still has this type.
  return Object.fromEntries(set) as unknown as SequencerOptions
}
