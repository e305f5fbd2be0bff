/** A chunk below this is copied: as an object of its own it would cost many times its bytes. */
const smallBytes = 1024
const pageBytes = 16 * 1024

/**
 * Gathers the chunks of a body. Its memory is proportional to the bytes, however small the chunks
 * are.
 */
export class GatheredChunks {
  readonly #parts: Uint8Array[] = []
  /** Filled with small chunks, after `#parts`. */
  #page: Uint8Array | undefined
  #used = 0
  #length = 0

  /** The bytes so far. */
  get length(): number {
    return this.#length
  }

  add(chunk: Uint8Array): void {
    const isFirst = this.#length === 0
    this.#length += chunk.length
    // Most bodies come in one piece, which is not copied at all.
    if (isFirst || chunk.length >= smallBytes) {
      this.#closePage()
      this.#parts.push(chunk)
    } else this.#copy(chunk)
  }

  /** All of the bytes in one piece. */
  join(): Uint8Array {
    this.#closePage()
    if (this.#parts.length === 1) return this.#parts[0]!
    const bytes = new Uint8Array(this.#length)
    let offset = 0
    for (const part of this.#parts) {
      bytes.set(part, offset)
      offset += part.length
    }
    return bytes
  }

  #copy(chunk: Uint8Array): void {
    if (this.#page && this.#used + chunk.length > pageBytes) this.#closePage()
    this.#page ??= new Uint8Array(pageBytes)
    this.#page.set(chunk, this.#used)
    this.#used += chunk.length
  }

  #closePage(): void {
    if (this.#page) this.#parts.push(this.#page.subarray(0, this.#used))
    this.#page = undefined
    this.#used = 0
  }
}
