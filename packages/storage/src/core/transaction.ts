import type { Did } from '@atoll/syntax'
import type { AccountStore, AccountWrites } from '../accounts/account-store.ts'
import type { BlobIndex, BlobIndexWrites } from '../blobs/blob-index.ts'
import type { ClaimStore, ClaimWrites } from '../claims/claim-store.ts'
import type { EmailTokenStore, EmailTokenWrites } from '../email-tokens/email-token-store.ts'
import type { EventLog, EventWrites } from '../events/event-log.ts'
import type { InviteStore, InviteWrites } from '../invites/invite-store.ts'
import type { KeyStore, KeyWrites } from '../keys/key-store.ts'
import type { RecordStore } from '../records/record-store.ts'
import type { RepoWrites } from '../repos/repo-change.ts'
import type { RepoStore } from '../repos/repo-store.ts'
import type { SessionStore, SessionWrites } from '../sessions/session-store.ts'
import type { StateStore, StateWrites } from '../state/state-store.ts'

/** What a transaction is to change. Calls only note it down: conflicts show when the transaction is committed. */
export interface PdsTransaction {
  readonly repo: RepoWrites
  readonly blobs: BlobIndexWrites
  readonly events: EventWrites
  readonly accounts: AccountWrites
  readonly sessions: SessionWrites
  readonly invites: InviteWrites
  readonly emailTokens: EmailTokenWrites
  readonly keys: KeyWrites
  readonly claims: ClaimWrites
  readonly state: StateWrites
}

/** Everything a service keeps, except the bytes of blobs. */
export interface PdsStorage {
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
  transact<T>(did: Did, work: (tx: PdsTransaction) => T | Promise<T>): Promise<T>
  /** Finishes what was begun, then lets go of every resource. */
  close(): Promise<void>
}
