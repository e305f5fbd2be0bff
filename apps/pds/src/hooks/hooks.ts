/** What an own PDS can do around the writes of repositories. */
import type { Cid, ValueMap } from '@atoll/data-model'
import type { Datetime, Did, Handle, Nsid, RecordKey, Tid } from '@atoll/syntax'
import type { GeneralErrorName, XrpcError } from '@atoll/xrpc'
import type { Awaitable } from '@atoll/xrpc-server'
import type { ValidationStatus } from '../repos/write/write.ts'

/**
 * Functions that are called around every write, whichever method or part of the server makes it.
 */
export interface Hooks {
  /**
   * Called with everything that is about to be committed. Throws to refuse all of it: `throw
   * write.refuse('Forbidden', 'Only drawings are kept here')`. It cannot change what is written,
   * since clients compute CIDs of what they send.
   *
   * It runs inside the lock of the repository: the next write of the same account waits for it,
   * those of others do not. It must not write to the same repository, since that would wait for its
   * own answer: such a write fails at once. It may be called again for the same write, if the
   * repository has moved on meanwhile, and the write may still fail afterwards: what depends on
   * success belongs into `afterCommit`.
   *
   * Any other error is a fault, one from another server included: the caller gets an opaque 500,
   * and nothing is written.
   */
  readonly beforeWrite?: (write: PlannedWrite) => Awaitable<void>
  /**
   * How long `beforeWrite` may take before the write is refused with `ServiceUnavailable`, in
   * milliseconds. Default: 5,000.
   */
  readonly beforeWriteTimeoutMs?: number
  /**
   * Called with every sign-up that is about to become an account, or to wait for approval; not with
   * those of the administrator. Throws to refuse it: `throw signUp.refuse('Forbidden', 'Only
   * divers')`. A proof of work or another captcha is checked here: apps send what
   * `verificationCode` is to have. Nothing is stored yet, and the sign-up may still fail
   * afterwards.
   *
   * Any other error is a fault: the caller gets an opaque 500.
   */
  readonly beforeSignUp?: (signUp: PlannedSignUp) => Awaitable<void>
  /**
   * How long `beforeSignUp` may take before the sign-up is refused with `ServiceUnavailable`, in
   * milliseconds. Default: 5,000.
   */
  readonly beforeSignUpTimeoutMs?: number
  /**
   * Called once for each commit from the start of the server on, when it is durable: in order for
   * each repository, for several repositories at a time. Nobody waits for it, and a failure is
   * logged and changes nothing.
   *
   * A process that is killed does not call it for its last commits. Whoever may miss none follows
   * the events from a cursor of their own instead (`services.events`): they are stored with the
   * commits.
   */
  readonly afterCommit?: (commit: StoredCommit) => Awaitable<void>
  /**
   * How long `afterCommit` may take before that is logged and the next commit of the repository
   * follows, in milliseconds. Default: 30,000.
   */
  readonly afterCommitTimeoutMs?: number
}

/** Who wants to join. */
export interface PlannedSignUp {
  readonly handle: Handle
  readonly email: string
  /** The identity that somebody brings; undefined where one is made here. */
  readonly did: Did | undefined
  /** A code that can be used, if one was given. */
  readonly inviteCode: string | undefined
  /** As the client sent it: what it means is up to the hook. */
  readonly verificationCode: string | undefined
  /** The client's IPv4 address, or the /64 of its IPv6 address. */
  readonly network: string
  /** Aborted when the time for the answer is over. */
  readonly signal: AbortSignal
  /** Makes a refusal to throw, under a name that callers of every method know. */
  readonly refuse: (name: GeneralErrorName, message: string) => XrpcError
}

/** What is about to be committed. */
export interface PlannedWrite {
  readonly did: Did
  /**
   * `commit`: a commit of a repository. `repo`: a new and empty repository, for an account that
   * signs up or moves here; asked before its handle is taken and its DID is published.
   */
  readonly kind: 'commit' | 'repo'
  /**
   * In the order in which they are carried out. Deletions of older likes, reposts, follows and
   * blocks that a new one takes the place of come first.
   */
  readonly operations: readonly PlannedOperation[]
  /** Aborted when the time for the answer is over. */
  readonly signal: AbortSignal
  /** Makes a refusal to throw, under a name that callers of every method know. */
  readonly refuse: (name: GeneralErrorName, message: string) => XrpcError
}

/** One change of a record, before it is committed. */
export type PlannedOperation = PlannedRecord | RecordRemoval

/** A record that is to be created or replaced. */
export interface PlannedRecord {
  readonly action: 'create' | 'update'
  readonly collection: Nsid
  readonly rkey: RecordKey
  readonly cid: Cid
  /** The record with its `$type`; decoded when it is first read. */
  readonly value: ValueMap
  /**
   * `valid` or `unknown` (no schema of the collection is known); undefined if the client wanted no
   * validation.
   */
  readonly validationStatus: ValidationStatus
}

/** A record that is deleted. */
export interface RecordRemoval {
  readonly action: 'delete'
  readonly collection: Nsid
  readonly rkey: RecordKey
}

/** A commit that is durable. */
export interface StoredCommit {
  /** The number of its event: a cursor for `services.events`. */
  readonly seq: number
  readonly did: Did
  readonly cid: Cid
  readonly rev: Tid
  /** The rev before; undefined for the first commit of a repository. */
  readonly since: Tid | undefined
  readonly time: Datetime
  readonly operations: readonly StoredOperation[]
}

/** One change of a record in a commit. */
export type StoredOperation = StoredRecordChange | StoredRemoval

/** A record that was created or replaced. */
export interface StoredRecordChange {
  readonly action: 'create' | 'update'
  readonly collection: Nsid
  readonly rkey: RecordKey
  readonly cid: Cid
  /** The CID of the record that it replaced. */
  readonly previous: Cid | undefined
  /** The record with its `$type`; decoded when it is first read. */
  readonly value: ValueMap
}

/** A record that was deleted. */
export interface StoredRemoval extends RecordRemoval {
  /** The CID that it had. */
  readonly previous: Cid | undefined
}
