import type { Did } from '@atoll/syntax'
import { Journal } from './journal.ts'
import { JournaledMap } from './journaled-map.ts'

/**
 * Creates a table of an in-memory storage, once per storage. The function is also the key of the
 * table: a store that imports it reads the table, which stays empty if no part of the storage fills
 * it.
 */
export type MemoryTable<T> = (journal: Journal) => T

/** Everything an in-memory storage keeps; what is committed here is what would be on disk. */
export class MemoryTables {
  readonly journal = new Journal()
  /**
   * The highest numbers assigned so far: `last` and `horizon` of the event log, and the counters of
   * `nextNumber`.
   */
  readonly marks = new JournaledMap<string, number>(this.journal)
  readonly #tables = new Map<MemoryTable<unknown>, unknown>()

  of<T>(table: MemoryTable<T>): T {
    const known = this.#tables.get(table)
    // Only ever stored under the function that created it, below.
    if (known !== undefined) return known as T
    const created = table(this.journal)
    this.#tables.set(table, created)
    return created
  }

  /** Deletes the rows of an account in every table that knows the owners of its rows. */
  deleteOwnedBy(did: Did): void {
    for (const table of this.#tables.values()) if (table instanceof JournaledMap) table.deleteOwnedBy(did)
  }

  /** The next number of its kind, from 1. */
  nextNumber(kind: string): number {
    const next = (this.marks.get(kind) ?? 0) + 1
    this.marks.set(kind, next)
    return next
  }
}
