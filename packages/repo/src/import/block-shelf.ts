import type { Block, Cid } from '@atoll/data-model'
import { VerificationError } from '../errors.ts'

/** Where an import puts blocks that came before anything referred to them, until something does. */
export interface BlockShelf {
  put(block: Block): Promise<void> | void
  /**
   * The bytes of a block that was put here; it will not be asked for again unless it is a record. A shelf that also keeps the
   * records which the import gave out may answer for those too, when another path turns out to hold one.
   */
  take(cid: Cid): Promise<Uint8Array | undefined> | Uint8Array | undefined
}

/** A shelf in memory. What does not fit ends the import. */
export class MemoryShelf implements BlockShelf {
  readonly #blocks = new Map<string, Uint8Array>()
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  put({ cid, bytes }: Block): void {
    this.#bytes += bytes.length + entryOverhead
    if (this.#bytes > this.#maxBytes) {
      throw new VerificationError('too-many-blocks', 'too many blocks come before the nodes that refer to them')
    }
    this.#blocks.set(cid.key, bytes.slice())
  }

  take(cid: Cid): Uint8Array | undefined {
    const bytes = this.#blocks.get(cid.key)
    if (bytes === undefined) return undefined
    this.#blocks.delete(cid.key)
    this.#bytes -= bytes.length + entryOverhead
    return bytes
  }
}

/** What an entry of a Map by CID takes beside the bytes. */
const entryOverhead = 200

/** The records that came last, as far as they fit. */
export class RecentBlocks {
  readonly #blocks = new Map<string, Uint8Array>()
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  add({ cid, bytes }: Block): void {
    if (this.#blocks.has(cid.key)) return
    this.#blocks.set(cid.key, bytes.slice())
    this.#bytes += bytes.length + entryOverhead
    for (const [key, oldest] of this.#blocks) {
      if (this.#bytes <= this.#maxBytes) return
      this.#blocks.delete(key)
      this.#bytes -= oldest.length + entryOverhead
    }
  }

  get(cid: Cid): Uint8Array | undefined {
    return this.#blocks.get(cid.key)
  }
}
