import type { Block } from './block.ts'
import type { Cid } from './cid.ts'

/** Blocks by CID, in the order they were first added. It trusts its caller that CIDs and bytes belong together. */
export class BlockMap implements Iterable<Block> {
  readonly #blocks = new Map<string, Block>()
  #byteSize = 0

  constructor(blocks: Iterable<Block> = []) {
    this.addAll(blocks)
  }

  get size(): number {
    return this.#blocks.size
  }

  /** The bytes of all blocks together, without their CIDs. */
  get byteSize(): number {
    return this.#byteSize
  }

  get(cid: Cid): Uint8Array | undefined {
    return this.#blocks.get(cid.key)?.bytes
  }

  has(cid: Cid): boolean {
    return this.#blocks.has(cid.key)
  }

  set(cid: Cid, bytes: Uint8Array): this {
    return this.add({ cid, bytes })
  }

  /** Adding what is there already changes nothing: a CID has one content. */
  add(block: Block): this {
    const key = block.cid.key
    if (this.#blocks.has(key)) return this
    this.#blocks.set(key, block)
    this.#byteSize += block.bytes.length
    return this
  }

  addAll(blocks: Iterable<Block>): this {
    for (const block of blocks) this.add(block)
    return this
  }

  delete(cid: Cid): boolean {
    const block = this.#blocks.get(cid.key)
    if (!block) return false
    this.#byteSize -= block.bytes.length
    return this.#blocks.delete(cid.key)
  }

  *cids(): IterableIterator<Cid> {
    for (const block of this.#blocks.values()) yield block.cid
  }

  [Symbol.iterator](): IterableIterator<Block> {
    return this.#blocks.values()
  }
}
