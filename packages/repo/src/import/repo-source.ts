import { openCar } from '@atoll/car'
import type { Block, Cid } from '@atoll/data-model'
import { importLimits } from '../limits.ts'

/** What is used of a `ReadableStream`, such as `response.body`, where it cannot be iterated. */
export interface ByteStream {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>
    cancel(): Promise<void>
  }
}

/**
 * A repository as somebody sends it: a CAR file as bytes or as a stream, or what a CAR reader made
 * of it.
 */
export type RepoSource =
  | Uint8Array
  | AsyncIterable<Uint8Array>
  | ByteStream
  | { readonly roots: readonly Cid[]; readonly blocks: AsyncIterable<Block> | Iterable<Block> }

/** The blocks of a source, whose CIDs were not verified. */
export async function openSource(
  source: RepoSource,
  maxBlocks = importLimits.maxBlocks,
): Promise<{ roots: readonly Cid[]; blocks: AsyncIterator<Block> | Iterator<Block> }> {
  const { roots, blocks } = 'roots' in source ? source : await openCar(chunksOf(source), { verify: false, maxBlocks })
  return {
    roots,
    blocks: Symbol.asyncIterator in blocks ? blocks[Symbol.asyncIterator]() : blocks[Symbol.iterator](),
  }
}

function chunksOf(source: Exclude<RepoSource, { roots: unknown }>): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (source instanceof Uint8Array) return [source]
  return Symbol.asyncIterator in source ? source : read(source)
}

async function* read(stream: ByteStream): AsyncGenerator<Uint8Array, void> {
  const reader = stream.getReader()
  try {
    for (let { done, value } = await reader.read(); !done && value; { done, value } = await reader.read()) yield value
  } finally {
    await reader.cancel()
  }
}
