import type { Cid, ValueMap } from '@atoll/data-model'
import type { Did, Nsid, RecordKey } from '@atoll/syntax'
import type { Commit, Head } from '../commit/commit.ts'
import type { RecordFault } from '../record.ts'
import { type CommitDemands, requireCommit } from '../verify/required-commit.ts'
import type { ImportedPart, ReadingOptions } from './importer.ts'
import { openRepo } from './open-repo.ts'
import type { RepoSource } from './repo-source.ts'

export interface ReadRepoOptions extends ReadingOptions, CommitDemands {}

interface RecordPlace {
  readonly collection: Nsid
  readonly rkey: RecordKey
  readonly cid: Cid
  /** DAG-CBOR. */
  readonly bytes: Uint8Array
}

/** A record of a repository: with its value, or with the reason why it cannot be read. */
export type RepoRecord =
  | (RecordPlace & { readonly value: ValueMap; readonly fault?: undefined })
  | (RecordPlace & { readonly value?: undefined; readonly fault: RecordFault })

/** A repository that is being read. */
export interface ReadRepo {
  readonly did: Did
  readonly commit: Commit
  readonly head: Head
  /**
   * Every record, as the file brings them; can be iterated once, and leaving the loop ends the
   * source. Each one is part of the commit's tree; that none is missing is known once the iteration
   * has ended without an error.
   */
  records(): AsyncIterable<RepoRecord>
  /** Ends the source, for whom the commit was enough: without it, or a loop, it stays open. */
  cancel(): Promise<void>
}

/**
 * Reads a repository, as `com.atproto.sync.getRepo` returns it: a CAR file as bytes or as a stream,
 * such as `response.body`. Every block's CID and the shape of the tree are verified, and that every
 * node and record is there; the signature only with `verify`. In the order in which servers send
 * them, memory does not grow with the repository.
 * @see https://atproto.com/specs/repository#car-file-serialization
 *
 * @throws VerificationError, InvalidCommitError, InvalidNodeError, CorruptBlockError; CarError for
 * what is no CAR file
 * @example
 * const repo = await readRepo(response.body, { verify: signedBy(key) })
 * for await (const { collection, rkey, cid, value } of repo.records()) {
 *   console.log(collection, rkey, cid.toString(), value)
 * }
 */
export async function readRepo(source: RepoSource, options: ReadRepoOptions = {}): Promise<ReadRepo> {
  const repo = await openRepo(source, (bytes) => requireCommit(bytes, options), options)
  return {
    did: repo.commit.did,
    commit: repo.commit,
    head: repo.head,
    records: () => recordsOf(repo[Symbol.asyncIterator]()),
    cancel: () => repo.cancel(),
  }
}

async function* recordsOf(parts: AsyncIterable<ImportedPart>): AsyncGenerator<RepoRecord, void> {
  for await (const part of parts) {
    if (part.kind !== 'record') continue
    const { collection, rkey, block, value, fault } = part
    const place = { collection, rkey, cid: block.cid, bytes: block.bytes }
    yield fault ? { ...place, fault } : { ...place, value }
  }
}
