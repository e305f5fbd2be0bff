import type { Did, Nsid, RecordKey, Tid } from '@atoll/syntax'

export interface RecordTables {
  /**
   * `block` is the row of the block with this CID, so that it is found without a search by CID.
   * `link` is the record's subject, for kinds of records of which there should be one per subject;
   * only rows that have one are in its index.
   */
  record: {
    repo: number
    collection: Nsid
    rkey: RecordKey
    cid: Uint8Array
    rev: Tid
    block: number | null
    link: string | null
  }
  /** Places of records that are taken down, whether or not there is a record. */
  record_takedown: {
    did: Did
    collection: Nsid
    rkey: RecordKey
    reference: string
  }
  /** Which collections a repository has records in. */
  repo_collection: {
    repo: number
    collection: Nsid
  }
}
