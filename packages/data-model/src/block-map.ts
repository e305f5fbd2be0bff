import { hasInstance } from '@atoll/brand'
import type { Block } from './block.ts'
import type { Cid } from './cid/cid.ts'
import { fingerprint } from './cid/fingerprint.ts'

/**
 * Blocks by CID, in the order they were first added. It trusts its caller that CIDs and bytes
 * belong together. An interface, so that the types of two copies of this package are one.
 */
export interface BlockMap extends Iterable<Block> {
  readonly size: number
  /** The bytes of all blocks together, without their CIDs. */
  readonly byteSize: number
  get(cid: Cid): Uint8Array | undefined
  has(cid: Cid): boolean
  /** Adding what is there already changes nothing: a CID has one content. */
  set(cid: Cid, bytes: Uint8Array): this
  /** The same for a block. */
  add(block: Block): this
  addAll(blocks: Iterable<Block>): this
  /** Whether the block was there. */
  delete(cid: Cid): boolean
  cids(): IterableIterator<Cid>
  [Symbol.iterator](): IterableIterator<Block>
}

/** The class of block maps. `instanceof` also holds for those of another copy of this package. */
export interface BlockMapClass {
  readonly prototype: BlockMap
  readonly brand: string
  new (blocks?: Iterable<Block>): BlockMap
}

export const BlockMap: BlockMapClass = class BlockMap {
  static readonly brand: string = 'atoll.data-model.BlockMap'
  static readonly [Symbol.hasInstance] = hasInstance
  /**
   * By fingerprint, or by the whole key where another block has that fingerprint: forged collisions
   * cost no more than that.
   */
  readonly #blocks = new Map<number | string, Block>()
  #crowded = 0
  #byteSize = 0

  constructor(blocks: Iterable<Block> = []) {
    this.addAll(blocks)
  }

  get size(): number {
    return this.#blocks.size
  }

  get byteSize(): number {
    return this.#byteSize
  }

  get(cid: Cid): Uint8Array | undefined {
    return this.#find(cid)?.bytes
  }

  has(cid: Cid): boolean {
    return this.#find(cid) !== undefined
  }

  set(cid: Cid, bytes: Uint8Array): this {
    return this.add({ cid, bytes })
  }

  add(block: Block): this {
    if (this.#find(block.cid)) return this
    const print = fingerprint(block.cid)
    if (this.#blocks.has(print)) {
      this.#blocks.set(block.cid.key, block)
      this.#crowded++
    } else this.#blocks.set(print, block)
    this.#byteSize += block.bytes.length
    return this
  }

  addAll(blocks: Iterable<Block>): this {
    for (const block of blocks) this.add(block)
    return this
  }

  delete(cid: Cid): boolean {
    const block = this.#find(cid)
    if (!block) return false
    this.#byteSize -= block.bytes.length
    const print = fingerprint(cid)
    if (this.#blocks.get(print) === block) return this.#blocks.delete(print)
    this.#crowded--
    return this.#blocks.delete(cid.key)
  }

  *cids(): IterableIterator<Cid> {
    for (const block of this.#blocks.values()) yield block.cid
  }

  [Symbol.iterator](): IterableIterator<Block> {
    return this.#blocks.values()
  }

  #find(cid: Cid): Block | undefined {
    const block = this.#blocks.get(fingerprint(cid))
    if (block?.cid.equals(cid)) return block
    return this.#crowded > 0 ? this.#blocks.get(cid.key) : undefined
  }
}
