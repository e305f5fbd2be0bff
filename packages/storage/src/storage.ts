import type { Did } from '@atoll/syntax'
import type { AccountStore, AccountWriter } from './account-store.ts'
import type { BlobIndex, BlobIndexWriter } from './blob-index.ts'
import type { ClaimStore, ClaimWriter } from './claim-store.ts'
import type { EmailTokenStore, EmailTokenWriter } from './email-token-store.ts'
import type { EventLog, EventWriter } from './event-log.ts'
import type { InviteStore, InviteWriter } from './invite-store.ts'
import type { KeyStore, KeyWriter } from './key-store.ts'
import type { RecordStore } from './record-store.ts'
import type { RepoWriter } from './repo-change.ts'
import type { RepoStore } from './repo-store.ts'
import type { SessionStore, SessionWriter } from './session-store.ts'
import type { StateStore, StateWriter } from './state-store.ts'

/** What a transaction is to change. Calls only note it down: conflicts show when the transaction is committed. */
export interface Transaction {
  readonly repo: RepoWriter
  readonly blobs: BlobIndexWriter
  readonly events: EventWriter
  readonly accounts: AccountWriter
  readonly sessions: SessionWriter
  readonly invites: InviteWriter
  readonly emailTokens: EmailTokenWriter
  readonly keys: KeyWriter
  readonly claims: ClaimWriter
  readonly state: StateWriter
}

/** Everything a service keeps, except the bytes of blobs. */
export interface Storage {
  readonly repos: RepoStore
  readonly records: RecordStore
  readonly blobs: BlobIndex
  readonly events: EventLog
  readonly accounts: AccountStore
  readonly sessions: SessionStore
  readonly invites: InviteStore
  readonly emailTokens: EmailTokenStore
  readonly keys: KeyStore
  readonly claims: ClaimStore
  readonly state: StateStore
  /**
   * Commits what `work` noted down: all of it or nothing, in the order of its calls. Resolves with the answer of `work` once everything
   * would survive a crash. Rejects, having changed nothing, with what `work` threw, a `ConflictError` or a `StorageUnavailableError`.
   * Several transactions may be made durable together; one that fails does not disturb the others. Those of one DID whose `work`
   * answers at once are committed in the order of the calls, so that one may be built on another that is not durable yet.
   */
  transact<T>(did: Did, work: (tx: Transaction) => T | Promise<T>): Promise<T>
  /** Finishes what was begun, then lets go of every resource. */
  close(): Promise<void>
}
