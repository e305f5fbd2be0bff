import type { Block, Cid } from '@atoll/data-model'
import { type CarOptions, carLimits } from './limits.ts'
import { SectionReader } from './section-reader.ts'

/**
 * How much of a chunk is buffered at a time, so that memory does not grow with the chunks of the
 * source.
 */
const PIECE_BYTES = 64 * 1024

/** A CAR file that is being read. */
export interface OpenCar {
  readonly roots: Cid[]
  /**
   * In the order of the file, duplicates included. Can be iterated once; leaving the loop early
   * ends the source.
   */
  readonly blocks: AsyncIterable<Block>
  /** Ends the source, for whom the roots were enough and who iterates no blocks. */
  cancel(): Promise<void>
}

/**
 * Reads a CAR v1 file from a stream: the header at once, each block when it is asked for. The
 * chunks of the source are copied, so it may reuse their memory.
 * @throws CarError for a bad header; iterating `blocks` throws it for what comes after
 */
export async function openCar(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options?: CarOptions,
): Promise<OpenCar> {
  const reader = new SectionReader(carLimits(options))
  const pieces = piecesOf(source)
  try {
    let roots = reader.readHeader()
    while (roots === undefined) {
      const { done, value } = await pieces.next()
      if (done) return reader.refuseTruncated()
      reader.append(value)
      roots = reader.readHeader()
    }
    return { roots, blocks: readBlocks(reader, pieces), cancel: () => pieces.return(undefined).then(() => undefined) }
  } catch (error) {
    await pieces.return(undefined)
    throw error
  }
}

async function* readBlocks(reader: SectionReader, pieces: AsyncGenerator<Uint8Array>): AsyncGenerator<Block> {
  try {
    for (let block = reader.readBlock(); block !== undefined; block = reader.readBlock()) yield block
    for await (const piece of pieces) {
      reader.append(piece)
      for (let block = reader.readBlock(); block !== undefined; block = reader.readBlock()) yield block
    }
    reader.finish()
  } finally {
    await pieces.return(undefined)
  }
}

async function* piecesOf(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) yield chunk.subarray(at, at + PIECE_BYTES)
  }
}
