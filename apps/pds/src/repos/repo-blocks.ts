import type { GetBlock } from '@atoll/data-model'
import { withBlocks } from '@atoll/repo'
import type { RepoStore } from '@atoll/storage'
import type { Did } from '@atoll/syntax'

/** Runs pure `work` on the blocks of a repository, as they are now. */
export function withRepoBlocks<T>(
  repos: Pick<RepoStore, 'blocks' | 'blockSource'>,
  did: Did,
  work: (get: GetBlock) => T,
): Promise<T> | T {
  const source = repos.blockSource(did)
  return source ? work(source) : withBlocks((cids) => repos.blocks(did, cids), work)
}
