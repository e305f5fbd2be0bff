import { openCar } from '@atoll/car'
import type { Block, Cid } from '@atoll/data-model'
import type { Commit, Head } from '../commit/commit.ts'
import { VerificationError } from '../errors.ts'
import { importLimits } from '../limits.ts'
import { type ImportCounts, type ImportedPart, Importer, type ImportOptions } from './importer.ts'

/**
 * A repository as somebody sends it: a CAR file as bytes or as a stream, or what a CAR reader made
 * of it.
 */
export type RepoSource =
  | Uint8Array
  | AsyncIterable<Uint8Array>
  | { readonly roots: readonly Cid[]; readonly blocks: AsyncIterable<Block> | Iterable<Block> }

/**
 * A repository being imported. The commit is verified already; iterating verifies the rest. The
 * parts may only be trusted as a whole once the iteration has ended without an error: until then,
 * some may be missing.
 */
export interface RepoImport extends AsyncIterable<ImportedPart> {
  readonly commit: Commit
  readonly head: Head
  readonly counts: Readonly<ImportCounts>
}

/**
 * Reads a repository whose blocks may come in any order, and verifies everything: the account and
 * the signature, every block's CID, the shape of the tree, and that every node and record is there.
 * A record that cannot be read does not stop it. In streamable order memory does not grow with the
 * repository; in other orders it holds the blocks that came early and the CIDs of those that are
 * expected.
 *
 * @throws VerificationError, InvalidCommitError, InvalidNodeError, CorruptBlockError, CarError
 * @example
 * const repo = await importRepo(request.body, { did, key })
 * for await (const part of repo) {
 *   if (part.kind !== 'record') continue
 *   console.log(part.collection, part.rkey, part.value ?? part.fault)
 * }
 */
export async function importRepo(source: RepoSource, options: ImportOptions): Promise<RepoImport> {
  const { roots, blocks } = await opened(source, options)
  // What roots beyond the first mean is undefined.
  const [root] = roots
  if (root === undefined) throw new VerificationError('roots', 'no root')
  const importer = new Importer(root, options)
  const iterator = iteratorOf(blocks)
  const commit = await importer.findCommit(iterator)
  return {
    commit,
    head: { cid: root, rev: commit.rev, data: commit.data },
    counts: importer.counts,
    [Symbol.asyncIterator]: () => importer.parts(iterator),
  }
}

async function opened(source: RepoSource, { limits }: ImportOptions) {
  if ('roots' in source) return source
  const maxBlocks = limits?.maxBlocks ?? importLimits.maxBlocks
  // The importer verifies the CIDs of all blocks itself.
  return openCar(source instanceof Uint8Array ? once(source) : source, { verify: false, maxBlocks })
}

async function* once<T>(item: T): AsyncIterable<T> {
  yield item
}

function iteratorOf(blocks: AsyncIterable<Block> | Iterable<Block>): AsyncIterator<Block> | Iterator<Block> {
  return Symbol.asyncIterator in blocks ? blocks[Symbol.asyncIterator]() : blocks[Symbol.iterator]()
}
