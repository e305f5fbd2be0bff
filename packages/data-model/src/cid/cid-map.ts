import type { Cid } from './cid.ts'

/** A Map by CID: two CIDs with the same bytes are one key. Iterates in the order of insertion. */
export class CidMap<V> implements Iterable<[Cid, V]> {
  readonly #entries = new Map<string, [Cid, V]>()

  constructor(entries: Iterable<readonly [Cid, V]> = []) {
    for (const [cid, value] of entries) this.set(cid, value)
  }

  get size(): number {
    return this.#entries.size
  }

  get(cid: Cid): V | undefined {
    return this.#entries.get(cid.key)?.[1]
  }

  has(cid: Cid): boolean {
    return this.#entries.has(cid.key)
  }

  set(cid: Cid, value: V): this {
    this.#entries.set(cid.key, [cid, value])
    return this
  }

  delete(cid: Cid): boolean {
    return this.#entries.delete(cid.key)
  }

  clear(): void {
    this.#entries.clear()
  }

  entries(): IterableIterator<[Cid, V]> {
    return this.#entries.values()
  }

  *keys(): IterableIterator<Cid> {
    for (const [cid] of this.#entries.values()) yield cid
  }

  *values(): IterableIterator<V> {
    for (const [, value] of this.#entries.values()) yield value
  }

  [Symbol.iterator](): IterableIterator<[Cid, V]> {
    return this.entries()
  }
}
