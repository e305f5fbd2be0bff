import type { Block, Cid } from '@atoll/data-model'
import { encodeHeader } from './header.ts'
import { MAX_SECTION_HEAD_BYTES, MAX_VARINT_BYTES, writeSectionHead, writeVarint } from './write.ts'

/**
 * With HTTP's framing, a little less than the 65,483 bytes that the loopback interface takes as one
 * segment: so a proxy on the same machine is woken once for each chunk, not once more for a few
 * bytes.
 */
const DEFAULT_CHUNK_BYTES = 63 * 1024
const MAX_SPARE_CHUNKS = 4

/** Packs a CAR v1 file, block by block, into chunks of one length. */
export class CarPacker {
  readonly #chunkBytes: number
  readonly #head = new Uint8Array(MAX_SECTION_HEAD_BYTES)
  #full: Uint8Array[] = []
  readonly #spare: Uint8Array[] = []
  #chunk: Uint8Array
  #used = 0

  constructor(roots: readonly Cid[], chunkBytes = DEFAULT_CHUNK_BYTES) {
    this.#chunkBytes = chunkBytes
    this.#chunk = new Uint8Array(chunkBytes)
    const header = encodeHeader(roots)
    // Length and content, as sections have them.
    this.addSection(header, 0, header.length)
  }

  add({ cid, bytes }: Block): void {
    if (this.#used + MAX_SECTION_HEAD_BYTES + bytes.length <= this.#chunkBytes) {
      const at = writeSectionHead(this.#chunk, this.#used, cid, bytes.length)
      this.#chunk.set(bytes, at)
      this.#used = at + bytes.length
    } else {
      this.#addBytes(this.#head.subarray(0, writeSectionHead(this.#head, 0, cid, bytes.length)))
      this.#addBytes(bytes)
    }
  }

  /** Adds a block that lies in `bytes` from `start` to `end`, its CID first. */
  addSection(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start
    const section = bytes.subarray(start, end)
    if (this.#used + MAX_VARINT_BYTES + length <= this.#chunkBytes) {
      const at = writeVarint(this.#chunk, this.#used, length)
      this.#chunk.set(section, at)
      this.#used = at + length
    } else {
      this.#addBytes(this.#head.subarray(0, writeVarint(this.#head, 0, length)))
      this.#addBytes(section)
    }
  }

  /** Whether there are full chunks to take. */
  get hasFull(): boolean {
    return this.#full.length > 0
  }

  /** Takes the chunks that are full. Each is returned once. */
  takeFull(): readonly Uint8Array[] {
    const full = this.#full
    this.#full = []
    return full
  }

  /** Takes what is left at the end: the full chunks, then the last one, which may be shorter. */
  takeRest(): readonly Uint8Array[] {
    const rest = this.takeFull()
    return this.#used > 0 ? [...rest, this.#chunk.subarray(0, this.#used)] : rest
  }

  /** Hands back a chunk that nobody will read again, so that its memory is reused. */
  release(chunk: Uint8Array): void {
    if (chunk.length === this.#chunkBytes && this.#spare.length < MAX_SPARE_CHUNKS) this.#spare.push(chunk)
  }

  /** Adds bytes, over as many chunks as they fill. */
  #addBytes(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const count = Math.min(bytes.length - from, this.#chunkBytes - this.#used)
      this.#chunk.set(bytes.subarray(from, from + count), this.#used)
      from += count
      this.#used += count
      if (this.#used === this.#chunkBytes) this.#startChunk()
    }
  }

  #startChunk(): void {
    this.#full.push(this.#chunk)
    this.#chunk = this.#spare.pop() ?? new Uint8Array(this.#chunkBytes)
    this.#used = 0
  }
}
