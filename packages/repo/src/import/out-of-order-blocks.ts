import type { Block, Cid } from '@atoll/data-model'
import { entryBytes, RecentMap } from '@atoll/recent-map'
import { VerificationError } from '../errors.ts'

/**
 * Where an import keeps blocks that came before anything referred to them, until something does.
 */
export interface OutOfOrderBlocks {
  put(block: Block): Promise<void> | void
  /**
   * The bytes of a block that was put here. Only a record is asked for more than once. A store that
   * also keeps the records which the import has emitted may return those as well, for when a later
   * path turns out to hold the same record.
   */
  take(cid: Cid): Promise<Uint8Array | undefined> | Uint8Array | undefined
}

/** Keeps them in memory. What does not fit ends the import. */
export class MemoryOutOfOrderBlocks implements OutOfOrderBlocks {
  readonly #blocks = new Map<string, Uint8Array>()
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  put({ cid, bytes }: Block): void {
    this.#bytes += bytes.length + entryBytes
    if (this.#bytes > this.#maxBytes) {
      throw new VerificationError('too-many-blocks', 'too many blocks come before the nodes that refer to them')
    }
    this.#blocks.set(cid.key, bytes.slice())
  }

  take(cid: Cid): Uint8Array | undefined {
    const bytes = this.#blocks.get(cid.key)
    if (bytes === undefined) return undefined
    this.#blocks.delete(cid.key)
    this.#bytes -= bytes.length + entryBytes
    return bytes
  }
}

/** The latest records, as many as fit. */
export class RecentBlocks {
  readonly #blocks: RecentMap<string, Uint8Array>

  constructor(maxBytes: number) {
    this.#blocks = new RecentMap({ maxSize: maxBytes, sizeOf: (bytes) => bytes.length + entryBytes })
  }

  add({ cid, bytes }: Block): void {
    if (!this.#blocks.has(cid.key)) this.#blocks.set(cid.key, bytes.slice())
  }

  get(cid: Cid): Uint8Array | undefined {
    return this.#blocks.peek(cid.key)
  }
}
