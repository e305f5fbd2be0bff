import type { Did } from '@atoll/syntax'
import { Journal } from './journal.ts'
import { JournaledMap } from './journaled-map.ts'

/**
 * A table of a storage in memory: called once for each storage to create it. Whoever knows the function has the table, which is empty
 * where no part of the storage fills it.
 */
export type MemoryTable<T> = (journal: Journal) => T

/** Everything a memory storage keeps; what is committed here is what would be on disk. */
export class MemoryTables {
  readonly journal = new Journal()
  /** The highest numbers given so far, by what they number. */
  readonly marks = new JournaledMap<string, number>(this.journal)
  readonly #tables = new Map<MemoryTable<unknown>, unknown>()

  of<T>(table: MemoryTable<T>): T {
    const known = this.#tables.get(table)
    // Stored below, under the function that made it.
    if (known !== undefined) return known as T
    const created = table(this.journal)
    this.#tables.set(table, created)
    return created
  }

  /** Deletes the rows of an account in every table that says whose its rows are. */
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
