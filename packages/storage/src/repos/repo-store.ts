import type { Block, Cid } from '@atoll/data-model'
import type { GetBlock, Head, SectionSource } from '@atoll/repo'
import type { Did, Tid } from '@atoll/syntax'
import type { AccountStatus } from '../accounts/account-store.ts'
import type { Page } from '../core/page.ts'
import type { MethodNames } from '../core/storage.ts'
import type { RepoWrites } from './repo-change.ts'

/** One line of a listing of repositories. */
export interface RepoListing {
  did: Did
  head: Cid
  rev: Tid
  status: AccountStatus
}

/**
 * One moment of a repository, for exports that take their time. It costs the adapter something until it is closed, so an adapter may end
 * one that costs too much: reading on then throws a `StorageUnavailableError`.
 */
export interface RepoSnapshot {
  readonly head: Head
  /** The blocks at hand, where the adapter can read at once. They may be views of memory that all of them keep. */
  readonly sections: SectionSource | undefined
  /** Those of `cids` that the repository has, in the order asked for. */
  blocks(cids: readonly Cid[]): Promise<Block[]>
  /** Every block, or every block that commits newer than `since` brought, in no particular order and in bounded memory. */
  all(options?: { since?: Tid }): AsyncIterable<Block>
  /** Closing twice is no error. */
  close(): void
}

/** Repositories as committed. Whatever a resolved transaction wrote is seen by every later read. */
export interface RepoStore {
  head(did: Did): Promise<Head | undefined>
  block(did: Did, cid: Cid): Promise<Uint8Array | undefined>
  /** Hands back bytes from `block` that nobody will read again. An adapter that read them for this caller alone frees their memory. */
  release?(bytes: Uint8Array): void
  /** Those of `cids` that the repository has, in the order asked for. */
  blocks(did: Did, cids: readonly Cid[]): Promise<Block[]>
  /** How many bytes each of `cids` has, in the order asked for; undefined for one that the repository lacks. No block is read. */
  sizes(did: Did, cids: readonly Cid[]): Promise<(number | undefined)[]>
  /** A synchronous source of blocks; undefined when the adapter has none (load with `blocks` then). */
  blockSource(did: Did): GetBlock | undefined
  /**
   * The repository as it is now, whatever is written later; undefined when there is none. The caller closes it.
   * Rejects with a `StorageUnavailableError` where too many are open.
   */
  snapshot(did: Did): Promise<RepoSnapshot | undefined>
  /** Repositories in order of creation, inactive ones included. */
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
