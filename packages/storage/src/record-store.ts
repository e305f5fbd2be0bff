import type { Cid, Section } from '@atoll/data-model'
import type { Did, Nsid, RecordKey, Tid } from '@atoll/syntax'
import type { Page } from './repo-store.ts'

/** A record with its encoded bytes. `rev` is the commit that last wrote it. */
export interface StoredRecord {
  collection: Nsid
  rkey: RecordKey
  cid: Cid
  rev: Tid
  bytes: Uint8Array
}

/** A record of a page, whose block is in the form in which it costs least: made into no objects. */
export interface ListedRecord {
  rkey: RecordKey
  section: Section
}

/** The record index of every repository. */
export interface RecordStore {
  get(did: Did, collection: Nsid, rkey: RecordKey): Promise<StoredRecord | undefined>
  /** Newest first, which is record keys descending by code unit; ascending with `reverse`. `cursor` is the last record key seen, exclusive. */
  list(
    did: Did,
    collection: Nsid,
    options: { limit: number; cursor?: string; reverse?: boolean },
  ): Promise<ListedRecord[]>
  /**
   * Keys of the records in the collection whose `link` is this very text, ascending. A record that is deleted, or written without
   * a link, points at nothing any more.
   */
  pointingAt(did: Did, collection: Nsid, link: string): Promise<RecordKey[]>
  /** Collections that hold at least one record, ascending. */
  collections(did: Did): Promise<Nsid[]>
  /** Repositories with at least one record in the collection, in order of creation. */
  reposWith(collection: Nsid, options: { cursor?: string; limit: number }): Promise<Page<Did>>
}
