import type { Storage, Transaction } from '@atoll/storage'
import { formatTid, parseTid, type Tid, TidClock, tidMicroseconds } from '@atoll/syntax'

const namespace = 'clock'
const name = 'record-keys'

/** How far ahead of the newest key the mark in the storage is put: short enough that keys are not of the future after a restart. */
const spanMs = 10_000

/**
 * Makes the record keys that the server chooses. They only ever rise, over restarts too: no key that was stored lies above a mark in the
 * storage, and a new process starts above that. The mark moves with the transaction that stores the first key above it, so that it
 * costs a row every ten seconds and no write of its own.
 */
export class KeyClock {
  readonly #clock: TidClock
  /** Both in microseconds. */
  #newest: number
  #mark: number

  private constructor(mark: Tid | undefined, now: (() => number) | undefined) {
    this.#mark = mark === undefined ? -1 : tidMicroseconds(mark)
    this.#newest = this.#mark
    this.#clock = new TidClock({ now, last: mark })
  }

  static async open(storage: Pick<Storage, 'state'>, options: { now?: () => number } = {}): Promise<KeyClock> {
    const mark = await storage.state.get(namespace, name)
    return new KeyClock(mark === undefined ? undefined : parseTid(mark), options.now)
  }

  next(): Tid {
    const key = this.#clock.next()
    this.#newest = tidMicroseconds(key)
    return key
  }

  /** Moves the mark in the transaction that stores keys, where they lie above it. What it answers is called once that is durable. */
  keep(tx: Pick<Transaction, 'state'>): () => void {
    if (this.#newest <= this.#mark) return () => {}
    const mark = this.#newest + spanMs * 1000
    tx.state.set(namespace, name, formatTid(mark, 0))
    return () => {
      this.#mark = Math.max(this.#mark, mark)
    }
  }
}
