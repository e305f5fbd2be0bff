import type { Block, Cid } from '@atoll/data-model'
import { CarPacker } from './packer.ts'

/** A CAR file that is being written. */
export interface CarStream extends AsyncGenerator<Uint8Array, void> {
  /**
   * Hands back a chunk that nobody will read again, so that its memory is reused. A reader that
   * keeps chunks does not call it.
   */
  release(chunk: Uint8Array): void
}

/**
 * Writes a CAR v1 file as a stream, the blocks in the order given. All chunks but the last are
 * `chunkBytes` long (default 63 KiB), so many small blocks share one. No more blocks are asked for
 * than fill the next chunk. The bytes of a block are not used any more once the next block is asked
 * for.
 */
export function streamCar(
  roots: readonly Cid[],
  blocks: AsyncIterable<Block> | Iterable<Block>,
  { chunkBytes }: { chunkBytes?: number } = {},
): CarStream {
  const packer = new CarPacker(roots, chunkBytes)
  return Object.assign(packBlocks(packer, blocks), { release: (chunk: Uint8Array) => packer.release(chunk) })
}

async function* packBlocks(
  packer: CarPacker,
  blocks: AsyncIterable<Block> | Iterable<Block>,
): AsyncGenerator<Uint8Array, void> {
  if (Symbol.iterator in blocks) {
    for (const block of blocks) {
      packer.add(block)
      if (packer.hasFull) yield* packer.takeFull()
    }
  } else {
    for await (const block of blocks) {
      packer.add(block)
      if (packer.hasFull) yield* packer.takeFull()
    }
  }
  yield* packer.takeRest()
}
