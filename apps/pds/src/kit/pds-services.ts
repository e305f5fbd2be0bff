/**
 * What own methods, hooks and the rest of an own program may do with a PDS. A small part of what
 * its own methods have: this stays as it is while areas change.
 */
import type { Cid, ValueMap } from '@atoll/data-model'
import type { DidDocument } from '@atoll/identity'
import type { AccountStatus } from '@atoll/storage'
import type { AtUri, Datetime, Did, Handle, Nsid, RecordKey, Tid } from '@atoll/syntax'
import type { EventFeed } from '../events/event-feed.ts'
import type { ForeignIdentity, LookUpCaller } from '../identity/look-ups.ts'
import type { ValidationStatus } from '../repos/write/write.ts'

export interface PdsServices {
  readonly accounts: AccountService
  readonly repos: RepoService
  readonly identity: IdentityService
  readonly events: EventFeed
}

/** An account of this server. */
export interface AccountInfo {
  readonly did: Did
  readonly handle: Handle | undefined
  /** Private: for the account itself and the operator. */
  readonly email: string | undefined
  readonly createdAt: Datetime
  readonly status: AccountStatus
}

/** The accounts of this server. They are made and changed by methods alone. */
export interface AccountService {
  /** The account with this DID or handle, whatever its state. */
  find(identifier: string): Promise<AccountInfo | undefined>
  count(): Promise<number>
}

/** A record of a repository. */
export interface RepoRecord {
  readonly uri: AtUri
  readonly collection: Nsid
  readonly rkey: RecordKey
  readonly cid: Cid
  /** The record with its `$type`; decoded when it is first read. */
  readonly value: ValueMap
}

/** A page of a collection. */
export interface ListRecordsOptions {
  /** At most this many; a page of long records may end earlier. Default: 50. */
  readonly limit?: number | undefined
  /** The record key with which the last page ended. */
  readonly cursor?: RecordKey | undefined
  /** Oldest first. Default: newest first, by record key. */
  readonly reverse?: boolean | undefined
}

/** How a write is checked. */
export interface WriteOptions {
  /**
   * True: the type must be known. False: its schema is not checked. Default: it is checked if it is
   * known.
   */
  readonly validate?: boolean | undefined
  /** The commit that must still be the last one: else the write is refused with `InvalidSwap`. */
  readonly swapCommit?: Cid | undefined
}

/** A record that is to be created or replaced. */
export interface NewRecord {
  readonly collection: Nsid
  /** Default: a new TID, or the only key that the collection takes. */
  readonly rkey?: RecordKey | undefined
  /** The record; `$type` may be left out. */
  readonly value: ValueMap
}

/** A record that is to be written under a given key. */
export interface KeyedNewRecord extends NewRecord {
  readonly rkey: RecordKey
}

/** One change of several that make one commit. */
export type RecordOperation =
  | ({ readonly action: 'create' } & NewRecord)
  | ({ readonly action: 'update' } & KeyedNewRecord)
  | { readonly action: 'delete'; readonly collection: Nsid; readonly rkey: RecordKey }

/** Where the repository is after a write. */
export interface CommitInfo {
  readonly cid: Cid
  readonly rev: Tid
}

/** A record that was written. */
export interface WrittenRecord {
  readonly uri: AtUri
  readonly rkey: RecordKey
  readonly cid: Cid
  readonly validationStatus: ValidationStatus
  /** Undefined where the same record was there already. */
  readonly commit: CommitInfo | undefined
}

/**
 * The repositories of this server's accounts. Reads refuse accounts that are not active with
 * `InvalidRequest`. A write is one commit; it is durable when it resolves, and goes through the
 * same checks as those of clients: the schema, the state of the account, the hook `beforeWrite`.
 * Rate limits do not count it. Refusals are `XrpcError`s, which a handler lets through.
 */
export interface RepoService {
  /** The record, if there is one. */
  getRecord(did: Did, collection: Nsid, rkey: RecordKey): Promise<RepoRecord | undefined>
  /** A page of a collection; an empty one is the end. */
  listRecords(did: Did, collection: Nsid, options?: ListRecordsOptions): Promise<RepoRecord[]>
  /** Creates a record. Refuses with `RecordAlreadyExists` if there is one under its key. */
  createRecord(did: Did, record: NewRecord, options?: WriteOptions): Promise<WrittenRecord>
  /** Creates or replaces a record. */
  putRecord(did: Did, record: KeyedNewRecord, options?: WriteOptions): Promise<WrittenRecord>
  /** Deletes a record; undefined if it was not there. */
  deleteRecord(
    did: Did,
    record: { readonly collection: Nsid; readonly rkey: RecordKey },
    options?: Pick<WriteOptions, 'swapCommit'>,
  ): Promise<CommitInfo | undefined>
  /**
   * Makes all of the changes in one commit or, if one is refused, none. Undefined if there is none.
   */
  applyWrites(did: Did, writes: readonly RecordOperation[], options?: WriteOptions): Promise<CommitInfo | undefined>
}

/** Questions about DIDs and handles anywhere in the network, answered from a cache if possible. */
export interface IdentityService {
  /**
   * For a request: ends with it, and refuses with `RateLimitExceeded` or `ServiceUnavailable` what
   * is too much for one client network. A handler passes its call:
   * `identity.of(call).resolveHandle(…)`.
   */
  of(call: LookUpCaller): ForeignIdentity
  /** For the program's own work. Undefined when there is no such DID. */
  resolveDid(did: Did): Promise<DidDocument | undefined>
  /** For the program's own work. The DID that the handle's owner names. */
  resolveHandle(handle: Handle): Promise<Did | undefined>
}
