export interface RecentMapOptions<K, V> {
  /** What all entries may take together: bytes where `sizeOf` counts bytes, entries by default. */
  readonly maxSize: number
  /** Must give the same for an entry as long as it is kept. Default: 1 for each entry. */
  readonly sizeOf?: (value: V, key: K) => number
}

/**
 * The memory that an entry takes beside its texts and bytes: its place in the map, its objects, the
 * heads of its strings. For a `sizeOf` that counts bytes, so that small entries do not hide it.
 */
export const entryBytes = 200

const one = () => 1

/** So many changes at least, so that a small map does not begin again for every removal. */
const minChanges = 1000

/** A map of the entries that were used most recently, as many as fit. */
export class RecentMap<K, V extends {}> {
  /** The entry that was used least recently comes first. */
  readonly #entries = new Map<K, V>()
  readonly #maxSize: number
  readonly #sizeOf: (value: V, key: K) => number
  #totalSize = 0
  /**
   * Always at the first entry, because every entry that it passes is removed. To look for the first
   * from the beginning each time would step over the holes that removed entries leave, thousands of
   * them in a large map. But an iterator that stands still keeps every table that the map has
   * outgrown since, without end, so it is given up after as many changes as such a step would cost.
   */
  #oldest: Iterator<K> | undefined
  /** Changes of the order since `#oldest` last moved. */
  #changes = 0

  constructor(options: RecentMapOptions<K, V>) {
    this.#maxSize = options.maxSize
    this.#sizeOf = options.sizeOf ?? one
  }

  /** How many entries there are. */
  get size(): number {
    return this.#entries.size
  }

  /** What all entries take together, as `sizeOf` counts. */
  get totalSize(): number {
    return this.#totalSize
  }

  has(key: K): boolean {
    return this.#entries.has(key)
  }

  /** Makes the entry the most recently used one. */
  get(key: K): V | undefined {
    const value = this.#entries.get(key)
    if (value === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, value)
    this.#countChange()
    return value
  }

  /**
   * Leaves the order as it is: where every entry is only peeked at, the oldest is removed first.
   */
  peek(key: K): V | undefined {
    return this.#entries.get(key)
  }

  /**
   * Removes what was used least recently until everything fits. A value that is too large alone is
   * not kept.
   */
  set(key: K, value: V): void {
    this.delete(key)
    const size = this.#sizeOf(value, key)
    if (size > this.#maxSize) return
    this.#entries.set(key, value)
    this.#countChange()
    this.#totalSize += size
    while (this.#totalSize > this.#maxSize) this.delete(this.#oldestKey())
  }

  delete(key: K): void {
    const value = this.#entries.get(key)
    if (value === undefined) return
    this.#entries.delete(key)
    this.#countChange()
    this.#totalSize -= this.#sizeOf(value, key)
  }

  clear(): void {
    this.#entries.clear()
    this.#totalSize = 0
  }

  #countChange(): void {
    if (this.#oldest === undefined || ++this.#changes <= this.#entries.size + minChanges) return
    this.#oldest = undefined
  }

  #oldestKey(): K {
    this.#changes = 0
    this.#oldest ??= this.#entries.keys()
    let next = this.#oldest.next()
    if (next.done) {
      // It has been at the end of an empty map, and an iterator does not come back from there.
      this.#oldest = this.#entries.keys()
      next = this.#oldest.next()
    }
    return next.value! // asked for only while there are entries
  }
}
