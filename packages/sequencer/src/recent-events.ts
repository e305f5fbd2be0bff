import type { StoredEvent } from '@atoll/storage'

/** How much of the newest is kept: what is over both bounds goes, the oldest first. */
export interface RecentBounds {
  readonly maxEvents: number
  readonly maxBytes: number
}

/** The newest events, once for all subscribers: those who keep up are served from here, and never from the disk. */
export class RecentEvents {
  readonly #bounds: RecentBounds
  #events: StoredEvent[] = []
  /** Where the kept ones begin in `#events`; what is before it is cut off now and then. */
  #start = 0
  #bytes = 0
  /** Every event above this number, up to the newest, is here. */
  #completeAfter = 0

  constructor(bounds: RecentBounds) {
    this.#bounds = bounds
  }

  get completeAfter(): number {
    return this.#completeAfter
  }

  get last(): number {
    return this.#events.at(-1)?.seq ?? this.#completeAfter
  }

  /** Says which events came before the first that is kept. Has no effect once there is one. */
  beginAfter(seq: number): void {
    if (this.#events.length === 0) this.#completeAfter = Math.max(this.#completeAfter, seq)
  }

  append(events: readonly StoredEvent[]): void {
    const [first] = events
    if (!first) return
    if (this.#events.length === 0) this.beginAfter(first.seq - 1)
    for (const event of events) {
      this.#events.push(event)
      this.#bytes += event.frame.length
    }
    this.#trim()
  }

  /** The first event above `seq`; `seq` must not be below `completeAfter`. */
  next(seq: number): StoredEvent | undefined {
    return this.#events[this.#indexAfter(seq)]
  }

  #trim(): void {
    const { maxEvents, maxBytes } = this.#bounds
    while (this.#events.length - this.#start > maxEvents && this.#bytes > maxBytes) {
      const oldest = this.#events[this.#start++]!
      this.#bytes -= oldest.frame.length
      this.#completeAfter = oldest.seq
    }
    if (this.#start > 1024 && this.#start * 2 > this.#events.length) {
      this.#events = this.#events.slice(this.#start)
      this.#start = 0
    }
  }

  #indexAfter(seq: number): number {
    let low = this.#start
    let high = this.#events.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#events[middle]!.seq <= seq) low = middle + 1
      else high = middle
    }
    return low
  }
}
