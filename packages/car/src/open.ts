import type { Block, Cid } from '@atoll/data-model'
import type { CarOptions } from './limits.ts'
import { readCar } from './read.ts'

/** Reads a CAR v1 file from a stream: the header at once, the blocks as they are asked for. */
export async function openCar(
  source: AsyncIterable<Uint8Array>,
  options: CarOptions = {},
): Promise<{ roots: Cid[]; blocks: AsyncIterable<Block> }> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source) chunks.push(chunk)
  const whole = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  const { roots, blocks } = readCar(whole, options)
  return { roots, blocks: each(blocks) }
}

async function* each(blocks: Block[]): AsyncIterable<Block> {
  yield* blocks
}
