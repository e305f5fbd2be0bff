import type { Block, Cid, GetBlock, SectionSource } from '@atoll/data-model'
import type { Did, Tid } from '@atoll/syntax'
import type { AccountStatus } from '../accounts/account-store.ts'
import type { Page } from '../core/page.ts'
import type { MethodNames } from '../core/storage.ts'
import type { RepoHead, RepoWrites } from './repo-change.ts'

/** An entry of a listing of repositories. */
export interface RepoListing {
  did: Did
  head: Cid
  rev: Tid
  status: AccountStatus
}

/**
 * A repository as it was at one moment, for long exports. It holds resources of the adapter until
 * it is closed, so an adapter may end one that has become too expensive: reads then throw a
 * `StorageUnavailableError`.
 */
export interface RepoSnapshot {
  readonly head: RepoHead
  /**
   * A synchronous source of the blocks, where the adapter can read synchronously. The sections may
   * be views of shared memory.
   */
  readonly sections: SectionSource | undefined
  /** Those of `cids` that the repository has, in the order asked for. */
  blocks(cids: readonly Cid[]): Promise<Block[]>
  /**
   * Every block, or every block added by commits newer than `since`, in no particular order and in
   * bounded memory.
   */
  all(options?: { since?: Tid }): AsyncIterable<Block>
  /** Closing twice is not an error. */
  close(): void
}

/**
 * Committed repositories. Every read sees what was written by transactions that resolved before it.
 */
export interface RepoStore {
  head(did: Did): Promise<RepoHead | undefined>
  block(did: Did, cid: Cid): Promise<Uint8Array | undefined>
  /**
   * Releases bytes from `block` that will not be read again. An adapter that read them for this
   * caller only frees their memory.
   */
  release?(bytes: Uint8Array): void
  /** Those of `cids` that the repository has, in the order asked for. */
  blocks(did: Did, cids: readonly Cid[]): Promise<Block[]>
  /**
   * The size of each of `cids` in bytes, in the order asked for; undefined for a block that the
   * repository lacks. No block is read.
   */
  sizes(did: Did, cids: readonly Cid[]): Promise<(number | undefined)[]>
  /** A synchronous source of blocks; undefined if the adapter has none (use `blocks` then). */
  blockSource(did: Did): GetBlock | undefined
  /**
   * The repository as it is now, unaffected by later writes; undefined if it does not exist. The
   * caller closes it. Rejects with a `StorageUnavailableError` if too many are open.
   */
  snapshot(did: Did): Promise<RepoSnapshot | undefined>
  /**
   * Repositories in order of creation, inactive ones included. One whose contents were replaced by
   * an import may be at the end instead.
   */
  list(options: { cursor?: string; limit: number }): Promise<Page<RepoListing>>
  /** How many blocks and records the repository holds. */
  counts(did: Did): Promise<{ blocks: number; records: number }>
}

/** Repositories, as a part of a storage. */
export interface RepoPart {
  readonly stores: { readonly repos: RepoStore }
  readonly writes: { readonly repo: RepoWrites }
}

export const repoMethods: MethodNames<RepoPart['writes']> = {
  repo: { apply: true, delete: true },
}
