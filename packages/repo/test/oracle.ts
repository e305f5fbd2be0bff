// The reference's library on the same history, for tests that compare.
import type { Cid } from '@atoll/data-model'
import { toMultiformats } from '@atoll/data-model/multiformats'
import { MemoryBlockstore, MST, type BlockMap as ReferenceBlocks } from '@atproto/repo'

type ReferenceCid = Parameters<MST['add']>[1]

// Both are the same class of multiformats; the reference declares a narrower type.
export const theirs = (cid: Cid): ReferenceCid => toMultiformats(cid) as unknown as ReferenceCid
/** The reference's tree of `entries`. */
export async function referenceTree(entries: Iterable<readonly [string, Cid]>): Promise<MST> {
  let tree = await MST.create(new MemoryBlockstore())
  for (const [key, cid] of entries) tree = await tree.add(key, theirs(cid))
  return tree
}

/** The reference's tree, its new nodes stored. */
export async function stored(tree: MST): Promise<MST> {
  const { root, blocks } = await tree.getUnstoredBlocks()
  const storage = tree.storage as MemoryBlockstore
  await storage.putMany(blocks)
  return MST.load(storage, root)
}

export function cidsOf(blocks: ReferenceBlocks): string[] {
  return blocks.cids().map(String).sort()
}
