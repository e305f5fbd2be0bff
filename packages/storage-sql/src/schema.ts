import type { Datetime, Did, Handle, Nsid, RecordKey, Tid } from '@atoll/syntax'
import type { Generated } from 'kysely'

/** 1 or 0: the one form of truth that every database here stores and returns alike. */
export type Flag = 0 | 1

/** Every table, as the newest migration leaves it. */
export interface Schema {
  schema_version: SchemaVersionTable
  repo: RepoTable
  block: BlockTable
  record: RecordTable
  repo_collection: RepoCollectionTable
  blob: BlobTable
  blob_type: BlobTypeTable
  blob_takedown: BlobTakedownTable
  blob_discarded: BlobDiscardedTable
  blob_reference: BlobReferenceTable
  account: AccountTable
  account_preferences: AccountPreferencesTable
  refresh_token: RefreshTokenTable
  app_password: AppPasswordTable
  invite_code: InviteCodeTable
  invite_use: InviteUseTable
  email_token: EmailTokenTable
  signing_key: SigningKeyTable
  reserved_key: ReservedKeyTable
  claim: ClaimTable
  state: StateTable
  event: EventTable
  event_log: EventLogTable
}

/** Which migrations were applied. */
interface SchemaVersionTable {
  /** A `SchemaPart`, or one that only newer software knows. */
  part: string
  version: number
  name: string
  applied_at: Datetime
}

/** `key` is what other tables name a repository by. It rises with creation and is never given twice. */
interface RepoTable {
  key: Generated<number>
  did: Did
  cid: Uint8Array
  rev: Tid
  data: Uint8Array
}

/** `rev` is the commit that brought the block, `refs` counts who refers to it. Unique by (repo, cid). */
interface BlockTable {
  id: Generated<number>
  repo: number
  cid: Uint8Array
  refs: number
  rev: Tid
  bytes: Uint8Array
}

/**
 * `block` is the row of the block with this CID: found without a search by CID. `link` is the record's subject, for kinds of records of
 * which there should be one per subject; only rows that have one are in its index.
 */
interface RecordTable {
  repo: number
  collection: Nsid
  rkey: RecordKey
  cid: Uint8Array
  rev: Tid
  block: number | null
  link: string | null
}

/** Which collections a repository has records in. */
interface RepoCollectionTable {
  repo: number
  collection: Nsid
}

/** An upload; `refs` counts the records that refer to it. */
interface BlobTable {
  did: Did
  cid: Uint8Array
  mime_type: string
  size: number
  created_at: Datetime
  temporary: Flag
  refs: number
}

/** A type of a later upload, other than that of the first. */
interface BlobTypeTable {
  did: Did
  cid: Uint8Array
  mime_type: string
}

interface BlobTakedownTable {
  did: Did
  cid: Uint8Array
  reference: string
}

/** What was collected and whose bytes may still be there. */
interface BlobDiscardedTable {
  did: Did
  cid: Uint8Array
}

interface BlobReferenceTable {
  repo: number
  collection: Nsid
  rkey: RecordKey
  cid: Uint8Array
  rev: Tid
}

interface AccountTable {
  key: Generated<number>
  did: Did
  handle: Handle | null
  email: string | null
  email_confirmed_at: Datetime | null
  password_hash: string | null
  created_at: Datetime
  deactivated_at: Datetime | null
  delete_after: Datetime | null
  takedown: string | null
  invites_disabled: Flag
  invite_note: string | null
}

interface AccountPreferencesTable {
  did: Did
  preferences: string
}

interface RefreshTokenTable {
  id: string
  did: Did
  lineage: string
  expires_at: Datetime
  next_id: string | null
  app_password: string | null
}

interface AppPasswordTable {
  key: Generated<number>
  did: Did
  name: string
  password_hash: string
  privileged: Flag
  created_at: Datetime
}

interface InviteCodeTable {
  code: string
  available_uses: number
  used: number
  disabled: Flag
  for_account: string
  created_by: string
  created_at: Datetime
}

interface InviteUseTable {
  key: Generated<number>
  code: string
  used_by: Did
  used_at: Datetime
}

interface EmailTokenTable {
  purpose: string
  did: Did
  code: string
  expires_at: Datetime
}

interface SigningKeyTable {
  did: Did
  curve: 'p256' | 'k256'
  private_key: Uint8Array
}

interface ReservedKeyTable extends Omit<SigningKeyTable, 'did'> {
  did_key: string
  did: Did | null
  created_at: Datetime
}

/** At most one for each of `did`, `handle` and `email`. */
interface ClaimTable {
  key: Generated<number>
  did: Did
  purpose: string
  handle: Handle | null
  email: string | null
  details: string
  claimed_at: Datetime
}

interface StateTable {
  namespace: string
  key: string
  value: string
}

interface EventTable {
  seq: number
  did: Did
  kind: string
  time: Datetime
  frame: Uint8Array
}

/** One row: what the events that are still there cannot tell. */
interface EventLogTable {
  id: 1
  last: number
  horizon: number
}
