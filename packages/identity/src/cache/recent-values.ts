/** The values that were used last, as many as fit into a number of bytes. */
export class RecentValues<K, V> {
  readonly #values = new Map<K, { value: V; bytes: number }>()
  readonly #maxBytes: number
  readonly #sizeOf: (key: K, value: V) => number
  #bytes = 0

  /** @param sizeOf the bytes of a key and its value; what an entry of a Map takes is added to them. */
  constructor(maxBytes: number, sizeOf: (key: K, value: V) => number) {
    this.#maxBytes = maxBytes
    this.#sizeOf = sizeOf
  }

  get size(): number {
    return this.#values.size
  }

  get bytes(): number {
    return this.#bytes
  }

  get(key: K): V | undefined {
    const entry = this.#values.get(key)
    if (!entry) return undefined
    this.#values.delete(key)
    this.#values.set(key, entry)
    return entry.value
  }

  set(key: K, value: V): void {
    this.delete(key)
    const bytes = this.#sizeOf(key, value) + entryOverhead
    this.#values.set(key, { value, bytes })
    this.#bytes += bytes
    for (const oldest of this.#values.keys()) {
      if (this.#bytes <= this.#maxBytes) return
      this.delete(oldest)
    }
  }

  delete(key: K): void {
    this.#bytes -= this.#values.get(key)?.bytes ?? 0
    this.#values.delete(key)
  }
}

/** What an entry takes beside its texts: its place in the Map, its objects, the heads of its strings. */
const entryOverhead = 200

const beyondLatin1 = /[\u0100-\uffff]/

/** The memory of a text: a byte for each character up to U+00FF, two for each as soon as there is another. */
export function bytesOfText(text: string): number {
  return beyondLatin1.test(text) ? 2 * text.length : text.length
}
