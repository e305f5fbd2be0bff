import type { Cid, Section } from '@atoll/data-model'
import type { Did, Nsid, RecordKey, Tid } from '@atoll/syntax'
import type { Page } from '../core/page.ts'
import type { MethodNames } from '../core/storage.ts'

/** A record with its encoded bytes. `rev` is the commit that last wrote it. */
export interface StoredRecord {
  collection: Nsid
  rkey: RecordKey
  cid: Cid
  rev: Tid
  bytes: Uint8Array
  /** The reference of the moderation action that took it down. */
  takedown: string | undefined
}

/**
 * A listed record. The block stays as raw bytes: decoding every record of a page would dominate the
 * cost.
 */
export interface ListedRecord {
  rkey: RecordKey
  section: Section
}

/**
 * How many bytes of sections a page of records may hold: no record is added to a page that has
 * reached this size. Since a record has at most 1 MB, a page stays below 3.1 MB, and a request for
 * a hundred large records costs about as much as one for three.
 */
export const maxPageBytes = 2 * 1024 * 1024

/** The record index of every repository. */
export interface RecordStore {
  get(did: Did, collection: Nsid, rkey: RecordKey): Promise<StoredRecord | undefined>
  /**
   * Newest first, which means record keys descending by code unit; ascending with `reverse`.
   * `cursor` is the last record key seen, exclusive. A page ends early, with at least one record,
   * once it holds `maxBytes` (default: `maxPageBytes`), so only an empty page means that there are
   * no more records.
   */
  list(
    did: Did,
    collection: Nsid,
    options: { limit: number; cursor?: string; reverse?: boolean; maxBytes?: number },
  ): Promise<ListedRecord[]>
  /**
   * Releases a section from `list` that will not be read again. An adapter that read it for this
   * page only frees its memory.
   */
  release?(section: Section): void
  /**
   * Keys of the records in the collection whose `subject` is exactly this text, ascending. A record
   * that was deleted, or last written without a subject, is not found.
   */
  bySubject(did: Did, collection: Nsid, subject: string): Promise<RecordKey[]>
  /** Collections that hold at least one record, ascending; the first `limit` of them. */
  collections(did: Did, options?: { limit?: number }): Promise<Nsid[]>
  /** The takedown of a record, whether or not the record is there. */
  takedown(did: Did, collection: Nsid, rkey: RecordKey): Promise<string | undefined>
  /**
   * Keys between `first` and `last`, both included, that are taken down in the collection,
   * ascending, whether or not the records are there.
   */
  takendown(
    did: Did,
    collection: Nsid,
    range: { readonly first: RecordKey; readonly last: RecordKey },
  ): Promise<RecordKey[]>
  /** Repositories with at least one record in the collection, in order of creation. */
  reposWith(collection: Nsid, options: { cursor?: string; limit: number }): Promise<Page<Did>>
}

/**
 * How a transaction changes what is kept of records beside the repository, which brings the rest.
 */
export interface RecordWrites {
  /**
   * Takes a record down, or with undefined restores it. It is the place that is taken down: the
   * takedown stays when the record is written again or deleted, and goes with the account.
   */
  setTakedown(did: Did, collection: Nsid, rkey: RecordKey, takedown: string | undefined): void
}

/** The record index, as a part of a storage. */
export interface RecordPart {
  readonly stores: { readonly records: RecordStore }
  readonly writes: { readonly records: RecordWrites }
}

export const recordMethods: MethodNames<RecordPart['writes']> = {
  records: { setTakedown: true },
}
