export interface RecentMapOptions<K, V> {
  /** The most that all entries may take together: in entries, or in the unit of `sizeOf`. */
  readonly maxSize: number
  /** Must return the same size for an entry as long as it is kept. Default: 1 for each entry. */
  readonly sizeOf?: (value: V, key: K) => number
}

/**
 * The memory that an entry takes beside its texts and bytes: its place in the map, its objects, the
 * headers of its strings. To be added by a `sizeOf` that counts bytes: for small entries it is most
 * of what they take.
 */
export const entryBytes = 200

const one = () => 1

/**
 * An iterator is kept for at least this many changes, so that a small map does not need one for
 * every removal.
 */
const minChanges = 1000

/** An LRU cache: a map of the entries that were used most recently, as many as fit. */
export class RecentMap<K, V extends {}> {
  /** The entry that was used least recently comes first. */
  readonly #entries = new Map<K, V>()
  readonly #maxSize: number
  readonly #sizeOf: (value: V, key: K) => number
  #totalSize = 0
  /**
   * Always at the first entry, because every entry that it passes is removed. A new iterator would
   * have to step over the holes that removed entries leave, thousands of them in a large map. But
   * an iterator that does not move keeps every table alive that the map has outgrown since. So it
   * is dropped after as many changes as a new one may have to step over.
   */
  #oldest: MapIterator<K> | undefined
  /** Changes of the order since `#oldest` last moved. */
  #changes = 0

  constructor(options: RecentMapOptions<K, V>) {
    this.#maxSize = options.maxSize
    this.#sizeOf = options.sizeOf ?? one
  }

  /** The number of entries. */
  get size(): number {
    return this.#entries.size
  }

  /** The sum of the sizes of all entries. */
  get totalSize(): number {
    return this.#totalSize
  }

  has(key: K): boolean {
    return this.#entries.has(key)
  }

  /** Returns the value, and makes its entry the most recently used one. */
  get(key: K): V | undefined {
    const value = this.#entries.get(key)
    if (value === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, value)
    this.#countChange()
    return value
  }

  /**
   * Returns the value, and leaves the order as it is. In a map that is only peeked at, the oldest
   * entry is removed first.
   */
  peek(key: K): V | undefined {
    return this.#entries.get(key)
  }

  /**
   * Stores a value, and removes the least recently used entries until everything fits. A value that
   * is larger than `maxSize` is not kept.
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
    // It was never at the end: `set` calls this only while there are entries.
    return this.#oldest.next().value!
  }
}
