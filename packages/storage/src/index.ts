export {
  type Account,
  type AccountStatus,
  type AccountStore,
  type AccountWriter,
  accountStatus,
  type NewAccount,
} from './accounts/account-store.ts'
export {
  type BlobIndex,
  type BlobIndexWriter,
  type BlobMetadata,
  type DiscardedBlob,
  maxOtherTypes,
  type StoredBlob,
  type UnreferencedBlob,
} from './blobs/blob-index.ts'
export type { BlobBytes, BlobStore, BlobStream, ByteRange, UploadedBlob } from './blobs/blob-store.ts'
export { MemoryBlobStore } from './blobs/memory-blob-store.ts'
export { untilAborted } from './blobs/until-aborted.ts'
export type { Claim, ClaimStore, ClaimWriter } from './claims/claim-store.ts'
export {
  BlobMissingError,
  BlobTooLargeError,
  ConflictError,
  type ConflictField,
  CorruptStorageError,
  InvalidCursorError,
  SchemaTooNewError,
  StorageUnavailableError,
} from './core/errors.ts'
export { type Intent, IntentRecorder, replayIntents } from './core/intents.ts'
export { numberOfCursor } from './core/listing.ts'
export { MemoryTables } from './core/memory-tables.ts'
export type { Storage, Transaction } from './core/transaction.ts'
export type { EmailToken, EmailTokenStore, EmailTokenWriter } from './email-tokens/email-token-store.ts'
export { AppendListeners } from './events/append-listeners.ts'
export {
  type AppendListener,
  type EventLog,
  type EventWriter,
  firstSeq,
  type NewEvent,
  type StoredEvent,
} from './events/event-log.ts'
export { type FrameTemplate, withSeq } from './events/frame-template.ts'
export type { InviteCode, InviteStore, InviteUse, InviteWriter, NewInviteCode } from './invites/invite-store.ts'
export type { KeyStore, KeyWriter, ReservedKey, SigningKey } from './keys/key-store.ts'
export { type ListedRecord, maxPageBytes, type RecordStore, type StoredRecord } from './records/record-store.ts'
export type { BlobReference, RecordChange, RepoChange, RepoWriter } from './repos/repo-change.ts'
export type { Page, RepoListing, RepoSnapshot, RepoStore } from './repos/repo-store.ts'
export { MemoryStorage, type MemoryStorageOptions } from './services/memory-storage.ts'
export type { AppPassword, RefreshToken, SessionStore, SessionWriter } from './sessions/session-store.ts'
export type { StateEntry, StateStore, StateWriter } from './state/state-store.ts'
