import type { Datetime, Did } from '@atoll/syntax'
import type { Journal } from '../core/journal.ts'
import { JournaledList } from '../core/journaled-list.ts'
import type { MemoryTables } from '../core/memory-tables.ts'
import { AppendListeners } from './append-listeners.ts'
import {
  type AppendListener,
  type EventLog,
  type EventWrites,
  firstSeq,
  type NewEvent,
  type StoredEvent,
} from './event-log.ts'
import { withSeq } from './numbered-frame.ts'

export class MemoryEvents implements EventLog, EventWrites {
  readonly #tables: MemoryTables
  readonly #events: JournaledList<StoredEvent>
  readonly #listeners = new AppendListeners()
  /** The events of the transaction that is being committed. */
  #appended: StoredEvent[] = []

  constructor(tables: MemoryTables, nowMs: number) {
    this.#tables = tables
    this.#events = tables.of(eventList)
    tables.marks.set('last', firstSeq(tables.marks.get('last') ?? 0, nowMs) - 1)
    tables.journal.commit()
  }

  async last(): Promise<number> {
    return this.#mark('last')
  }

  async horizon(): Promise<number> {
    return this.#mark('horizon')
  }

  async page(options: { after: number; limit: number; maxBytes?: number }): Promise<StoredEvent[]> {
    const { after, limit, maxBytes = Number.POSITIVE_INFINITY } = options
    const { items } = this.#events
    const start = firstAfter(items, after)
    const page: StoredEvent[] = []
    let bytes = 0
    for (let at = start; at < items.length && page.length < limit && bytes < maxBytes; at++) {
      page.push(items[at]!)
      bytes += items[at]!.frame.length
    }
    return page
  }

  onAppend(listener: AppendListener): () => void {
    return this.#listeners.add(listener)
  }

  async trim({ before }: { before: Datetime }): Promise<number> {
    const { items } = this.#events
    const young = items.findIndex((event) => event.time >= before)
    const trimmed = young === -1 ? items.length : young
    if (trimmed > 0) this.#tables.marks.set('horizon', items[trimmed - 1]!.seq)
    this.#events.replace(items.slice(trimmed))
    this.#tables.journal.commit()
    return trimmed
  }

  append({ did, kind, time, frame }: NewEvent): void {
    const seq = this.#mark('last') + 1
    const event: StoredEvent = { seq, did, kind, time, frame: withSeq(frame, seq) }
    this.#tables.marks.set('last', seq)
    this.#events.push(event)
    this.#appended.push(event)
  }

  removeOf(did: Did): void {
    const own = this.#appended[0]?.seq ?? Number.POSITIVE_INFINITY
    this.#events.replace(this.#events.items.filter((event) => event.did !== did || event.seq >= own))
  }

  /**
   * Ends a transaction: unless it was rolled back, calls the listeners with the events that it
   * appended.
   */
  settle(committed: boolean): void {
    const appended = this.#appended
    this.#appended = []
    if (committed) this.#listeners.notify(appended)
  }

  #mark(name: 'last' | 'horizon'): number {
    return this.#tables.marks.get(name) ?? 0
  }
}

/** The index of the first event numbered above `seq`. */
function firstAfter(events: readonly StoredEvent[], seq: number): number {
  let low = 0
  let high = events.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (events[middle]!.seq > seq) high = middle
    else low = middle + 1
  }
  return low
}

/** Ascending by number. */
function eventList(journal: Journal): JournaledList<StoredEvent> {
  return new JournaledList(journal)
}
