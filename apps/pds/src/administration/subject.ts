import type { Cid } from '@atoll/data-model'
import type { Did, Nsid, RecordKey } from '@atoll/syntax'

/** An account of this server. */
export interface AccountSubject {
  readonly kind: 'account'
  readonly did: Did
}

/** The place of a record, whatever is written there. */
export interface RecordSubject {
  readonly kind: 'record'
  readonly did: Did
  readonly collection: Nsid
  readonly rkey: RecordKey
}

/** A blob of an account. */
export interface BlobSubject {
  readonly kind: 'blob'
  readonly did: Did
  readonly cid: Cid
}

/** What moderators take measures against. */
export type Subject = AccountSubject | RecordSubject | BlobSubject
