import type { Block, Cid } from '@atoll/data-model'
import type { Datetime, Did, Tid } from '@atoll/syntax'
import type { MethodNames } from '../core/storage.ts'
import type { BlobReference, RecordChange, RepoHead } from '../repos/repo-change.ts'

/** Contents that are gathered, in many transactions, to take the place of those of a repository. */
export interface RepoImport {
  /** Chosen by whoever begins it; never used again. */
  id: string
  did: Did
  /** The rev that the repository will have: everything gathered is stored under it. */
  rev: Tid
  startedAt: Datetime
}

/** What one transaction adds to the contents of an import. */
export interface ImportBatch {
  /** Each entry adds one reference to its block, as in `RepoChange`. */
  added: Iterable<Block>
  /** Blocks which the contents may turn out to need: they are kept aside. */
  early: Iterable<Block>
  /** Each with a `cid`, whose block must have been added, and each path once. */
  records: Iterable<RecordChange>
  blobs: Iterable<BlobReference>
}

/** The last step of an import. */
export interface Adoption {
  did: Did
  /** The head that the contents replace: another one is a `ConflictError('repo')`. */
  prev: Pick<RepoHead, 'cid'>
  head: RepoHead
  commit: Block
}

/** Imports in progress. Nothing else of a storage shows what they have gathered. */
export interface ImportStore {
  /** A block that was added or kept aside. */
  block(id: string, cid: Cid): Promise<Uint8Array | undefined>
  /**
   * Temporary uploads of the account to which gathered records refer, ascending by CID bytes.
   * `cursor` is the last CID seen, exclusive.
   */
  temporaryBlobs(id: string, options: { limit: number; cursor?: Cid }): Promise<Cid[]>
  /** Imports that began before a time, the oldest first. */
  startedBefore(time: Datetime, options: { limit: number }): Promise<RepoImport[]>
  /** Whether `clear` has something to delete. */
  hasDiscarded(): Promise<boolean>
}

/** How a transaction changes imports. */
export interface ImportWrites {
  /** Begins an import. One that the account had begun before is discarded. */
  begin(repoImport: RepoImport): void
  /** Adds to the contents. `ConflictError('import')` if the import was discarded, or is done. */
  gather(id: string, batch: ImportBatch): void
  /**
   * Puts the contents, with `commit` as their head, in the place of those of the repository, and
   * counts the references to blobs anew: uploads that records now refer to are no longer temporary.
   * `ConflictError('import')` if the import was discarded, or is done.
   */
  adopt(id: string, adoption: Adoption): void
  /** Ends an import that is not to be adopted. It is not an error if there is none. */
  discard(id: string): void
  /** Deletes about `limit` rows of contents that were replaced or discarded. */
  clear(limit: number): void
}

/** Imports of repositories, as a part of a storage. */
export interface ImportPart {
  readonly stores: { readonly imports: ImportStore }
  readonly writes: { readonly imports: ImportWrites }
}

export const importMethods: MethodNames<ImportPart['writes']> = {
  imports: { begin: true, gather: true, adopt: true, discard: true, clear: true },
}
