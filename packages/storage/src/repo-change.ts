import type { Block, Cid } from '@atoll/data-model'
import type { Head } from '@atoll/repo'
import type { Did, Nsid, RecordKey } from '@atoll/syntax'

/** A record that a commit wrote (`cid`) or deleted (`cid` is undefined). */
export interface RecordChange {
  collection: Nsid
  rkey: RecordKey
  cid: Cid | undefined
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
 * Blocks are reference counted in their repository. A record's block has one reference for each record that holds its
 * CID, whatever `added` and `removed` repeat or leave out; of all other blocks (tree nodes, commits), each entry in `added`
 * counts one up and each in `removed` one down. A block without references is gone.
 */
export interface RepoChange {
  did: Did
  /** The head this change was built on; undefined creates the repository and conflicts when there is one. */
  prev: Pick<Head, 'cid'> | undefined
  head: Head
  /** Bytes of every new block, records included. A record whose bytes are stored already may be left out. */
  added: Iterable<Block>
  removed: Iterable<Cid>
  records: Iterable<RecordChange>
  /** Blob references of the records in `records` that have a `cid`. Those of replaced and deleted records are dropped without being named. */
  blobs: Iterable<BlobReference>
}

/** The repository part of a transaction. */
export interface RepoWriter {
  /** Blocks, record index, blob references and head: all of one commit. */
  apply(change: RepoChange): void
  /** Drops the head, every block, the record index and blob references. What is not there is no error. */
  delete(did: Did): void
}
