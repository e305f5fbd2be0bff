import type { Block, Cid } from '@atoll/data-model'
import { type CarOptions, carLimits } from './limits.ts'
import { SectionReader } from './section-reader.ts'

/**
 * Reads a whole CAR v1 file. Blocks come in the file's order, duplicates included, as views of
 * `bytes`.
 * @throws CarError
 */
export function readCar(bytes: Uint8Array, options?: CarOptions): { roots: Cid[]; blocks: Block[] } {
  const reader = new SectionReader(carLimits(options), bytes)
  const roots = reader.readHeader() ?? reader.refuseTruncated()
  const blocks: Block[] = []
  for (let block = reader.readBlock(); block !== undefined; block = reader.readBlock()) blocks.push(block)
  reader.finish()
  return { roots, blocks }
}
