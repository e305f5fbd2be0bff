import type { Datetime, Did, Nsid, RecordKey, Tid } from '@atoll/syntax'
import type { Flag } from '../rows.ts'

export interface BlobTables {
  /** Uploads; `refs` counts the records that refer to one. */
  blob: {
    did: Did
    cid: Uint8Array
    mime_type: string
    size: number
    created_at: Datetime
    temporary: Flag
    refs: number
  }
  /** The types of later uploads of a blob, where they differ from that of the first. */
  blob_type: {
    did: Did
    cid: Uint8Array
    mime_type: string
  }
  /** What each account has uploaded; accounts without blobs have no row. */
  blob_usage: {
    did: Did
    blobs: number
    bytes: number
  }
  /** The most bytes that an account may store, where it has a quota of its own. */
  blob_quota: {
    did: Did
    bytes: number
  }
  blob_takedown: {
    did: Did
    cid: Uint8Array
    reference: string
  }
  /** Blobs pending deletion: the index has forgotten them, and their bytes may still be there. */
  blob_discarded: {
    did: Did
    cid: Uint8Array
  }
  /** Which records refer to which blobs; `rev` is the commit that brought the reference. */
  blob_reference: {
    repo: number
    collection: Nsid
    rkey: RecordKey
    cid: Uint8Array
    rev: Tid
  }
}
