import type { Block, Cid } from '@atoll/data-model'
import type { Head } from '@atoll/repo'
import type { Did, Nsid, RecordKey } from '@atoll/syntax'

/** A record that a commit wrote (`cid`) or deleted (`cid` is undefined). */
export interface RecordChange {
  collection: Nsid
  rkey: RecordKey
  cid: Cid | undefined
  /** What the record is about (a like, a follow): a DID or an AT-URI. Only for kinds of records of which there should be one per subject. */
  subject?: string | undefined
}

/** A record's reference to a blob. */
export interface BlobReference {
  cid: Cid
  collection: Nsid
  rkey: RecordKey
}

/**
 * One commit, as storage sees it. Applied only when the stored head is still `prev`: else `ConflictError('repo')`.
 *
 * Blocks are reference counted in their repository: each entry of `added` counts its CID one up, each entry of `removed` one
 * down, in that order, and a block without references is gone. The `added` and `removed` of a commit by `@atoll/repo` fit as they are.
 */
export interface RepoChange {
  did: Did
  /** The head this change was built on; undefined creates the repository and conflicts when there is one. */
  prev: Pick<Head, 'cid'> | undefined
  head: Head
  added: Iterable<Block>
  /** Removing what is not there is no error. */
  removed: Iterable<Cid>
  /** A record's block must be stored, by this change or an earlier one; an entry without one is our own bug, and refused. */
  records: Iterable<RecordChange>
  /** Blob references of the records in `records` that have a `cid`. Those of replaced and deleted records are dropped without being named. */
  blobs: Iterable<BlobReference>
}

/** How a transaction changes repositories. */
export interface RepoWrites {
  /** Blocks, record index, blob references and head: all of one commit. */
  apply(change: RepoChange): void
  /** Drops the head, every block, the record index and blob references. What is not there is no error. */
  delete(did: Did): void
}
