import type { Did } from '@atoll/syntax'
import type { Journal } from './journal.ts'

interface Entry<V> {
  value: V
  order: number
}

/** A map, in order of insertion, whose changes since the last commit can be rolled back. */
export class JournaledMap<K, V> implements Iterable<[K, V]> {
  #entries = new Map<K, Entry<V>>()
  #inserted = 0
  readonly #journal: Journal
  readonly #ownerOf: ((key: K, value: V) => Did | undefined) | undefined

  /** `ownerOf` returns the account with which a row is deleted. */
  constructor(journal: Journal, ownerOf?: (key: K, value: V) => Did | undefined) {
    this.#journal = journal
    this.#ownerOf = ownerOf
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: K): V | undefined {
    return this.#entries.get(key)?.value
  }

  has(key: K): boolean {
    return this.#entries.has(key)
  }

  set(key: K, value: V): void {
    const before = this.#entries.get(key)
    this.#journal.note(() => (before ? this.#entries.set(key, before) : this.#entries.delete(key)))
    this.#entries.set(key, { value, order: before?.order ?? ++this.#inserted })
  }

  delete(key: K): void {
    const before = this.#entries.get(key)
    if (!before) return
    this.#journal.note(() => this.#restore(key, before))
    this.#entries.delete(key)
  }

  deleteOwnedBy(did: Did): void {
    if (!this.#ownerOf) return
    for (const [key, { value }] of this.#entries) if (this.#ownerOf(key, value) === did) this.delete(key)
  }

  *values(): IterableIterator<V> {
    for (const { value } of this.#entries.values()) yield value
  }

  *[Symbol.iterator](): IterableIterator<[K, V]> {
    for (const [key, { value }] of this.#entries) yield [key, value]
  }

  #restore(key: K, entry: Entry<V>): void {
    const all = [...this.#entries, [key, entry] as const]
    this.#entries = new Map(all.sort(([, a], [, b]) => a.order - b.order))
  }
}
