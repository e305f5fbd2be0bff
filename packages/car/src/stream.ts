import type { Block, Cid } from '@atoll/data-model'
import { CarPacker } from './packer.ts'

/**
 * Writes a CAR v1 file as a stream, the blocks in the order given: many small blocks go into one chunk. All chunks are
 * `chunkBytes` long (default 63 KiB) but the last; no more blocks are asked for than fill the chunk that is wanted.
 */
export async function* streamCar(
  roots: readonly Cid[],
  blocks: AsyncIterable<Block> | Iterable<Block>,
  { chunkBytes }: { chunkBytes?: number } = {},
): AsyncGenerator<Uint8Array> {
  const packer = new CarPacker(roots, chunkBytes)
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
