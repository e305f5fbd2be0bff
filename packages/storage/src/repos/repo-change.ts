import type { Block, Cid } from '@atoll/data-model'
import type { Did, Nsid, RecordKey, Tid } from '@atoll/syntax'

/** Where a repository stands. The `Head` of `@atoll/repo` is one. */
export interface RepoHead {
  /** The CID of the commit block. */
  readonly cid: Cid
  readonly rev: Tid
  /** The root of the tree. */
  readonly data: Cid
}

/** A record that a commit wrote (`cid`) or deleted (`cid` is undefined). */
export interface RecordChange {
  collection: Nsid
  rkey: RecordKey
  cid: Cid | undefined
  /**
   * What the record is about (a like, a follow): a DID or an AT-URI. Only for kinds of records of
   * which there should be one per subject.
   */
  subject?: string | undefined
}

/** A record's reference to a blob. */
export interface BlobReference {
  cid: Cid
  collection: Nsid
  rkey: RecordKey
}

/**
 * One commit, as storage sees it. It is applied only if the stored head is still `prev`; otherwise
 * `ConflictError('repo')`.
 *
 * Blocks are reference counted within their repository: each entry of `added` adds one reference,
 * then each entry of `removed` takes one away, and a block without references is deleted. The
 * `added` and `removed` of a commit by `@atoll/repo` can be passed as they are.
 */
export interface RepoChange {
  did: Did
  /**
   * The head that this change builds on; undefined creates the repository, and conflicts if it
   * exists.
   */
  prev: Pick<RepoHead, 'cid'> | undefined
  head: RepoHead
  added: Iterable<Block>
  /** Removing a block that is not there is not an error. */
  removed: Iterable<Cid>
  /**
   * A record's block must be stored, by this change or an earlier one. An entry whose block is
   * missing is a bug, and refused.
   */
  records: Iterable<RecordChange>
  /**
   * Blob references of the records in `records` that have a `cid`. Those of replaced and deleted
   * records are dropped automatically.
   */
  blobs: Iterable<BlobReference>
}

/** How a transaction changes repositories. */
export interface RepoWrites {
  /** Writes one commit: blocks, record index, blob references and head. */
  apply(change: RepoChange): void
  /**
   * Deletes the head, every block, the record index and blob references. It is not an error if
   * there is no repository.
   */
  delete(did: Did): void
}
