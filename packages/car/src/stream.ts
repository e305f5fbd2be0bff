import type { Block, Cid } from '@atoll/data-model'
import { encodeHeader } from './header.ts'
import { MAX_SECTION_HEAD_BYTES, writeSectionHead, writeVarint } from './write.ts'

const DEFAULT_CHUNK_BYTES = 64 * 1024

/**
 * Writes a CAR v1 file as a stream, the blocks in the order given: many small blocks go into one chunk. All chunks are
 * `chunkBytes` long (default 64 KiB) but the last; no more blocks are asked for than fill the chunk that is wanted.
 */
export async function* streamCar(
  roots: readonly Cid[],
  blocks: AsyncIterable<Block> | Iterable<Block>,
  { chunkBytes = DEFAULT_CHUNK_BYTES }: { chunkBytes?: number } = {},
): AsyncGenerator<Uint8Array> {
  const packer = new ChunkPacker(chunkBytes)
  packer.addHeader(encodeHeader(roots))
  if (Symbol.iterator in blocks) {
    for (const block of blocks) {
      packer.addBlock(block)
      while (packer.hasFull) yield packer.takeFull()
    }
  } else {
    for await (const block of blocks) {
      packer.addBlock(block)
      while (packer.hasFull) yield packer.takeFull()
    }
  }
  yield* packer.takeRest()
}

/** Packs bytes into chunks of one length. */
class ChunkPacker {
  private readonly full: Uint8Array[] = []
  private readonly head = new Uint8Array(MAX_SECTION_HEAD_BYTES)
  private chunk: Uint8Array
  private used = 0

  constructor(private readonly chunkBytes: number) {
    this.chunk = new Uint8Array(chunkBytes)
  }

  get hasFull(): boolean {
    return this.full.length > 0
  }

  takeFull(): Uint8Array {
    return this.full.shift()!
  }

  /** What is left at the end: first what is full, then what is not. */
  takeRest(): Uint8Array[] {
    const rest = this.full.splice(0)
    if (this.used > 0) rest.push(this.chunk.subarray(0, this.used))
    return rest
  }

  addHeader(header: Uint8Array): void {
    this.add(this.head, writeVarint(this.head, 0, header.length))
    this.add(header, header.length)
  }

  addBlock({ cid, bytes }: Block): void {
    if (this.used + MAX_SECTION_HEAD_BYTES + bytes.length <= this.chunkBytes) {
      const at = writeSectionHead(this.chunk, this.used, cid, bytes.length)
      this.chunk.set(bytes, at)
      this.used = at + bytes.length
    } else {
      this.add(this.head, writeSectionHead(this.head, 0, cid, bytes.length))
      this.add(bytes, bytes.length)
    }
  }

  /** Adds the first `length` of these bytes, over as many chunks as it takes. */
  private add(bytes: Uint8Array, length: number): void {
    for (let from = 0; from < length; ) {
      const count = Math.min(length - from, this.chunkBytes - this.used)
      this.chunk.set(bytes.subarray(from, from + count), this.used)
      from += count
      this.used += count
      if (this.used === this.chunkBytes) this.startChunk()
    }
  }

  private startChunk(): void {
    this.full.push(this.chunk)
    this.chunk = new Uint8Array(this.chunkBytes)
    this.used = 0
  }
}
