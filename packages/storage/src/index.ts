export {
  type Account,
  type AccountStatus,
  type AccountStore,
  type AccountWriter,
  accountStatus,
  type NewAccount,
} from './account-store.ts'
export { AppendListeners } from './append-listeners.ts'
export {
  type BlobIndex,
  type BlobIndexWriter,
  type BlobMetadata,
  type DiscardedBlob,
  maxOtherTypes,
  type StoredBlob,
  type UnreferencedBlob,
} from './blob-index.ts'
export type { BlobBytes, BlobStore, BlobStream, ByteRange, UploadedBlob } from './blob-store.ts'
export type { Claim, ClaimStore, ClaimWriter } from './claim-store.ts'
export type { EmailToken, EmailTokenStore, EmailTokenWriter } from './email-token-store.ts'
export {
  BlobMissingError,
  BlobTooLargeError,
  ConflictError,
  type ConflictField,
  CorruptStorageError,
  InvalidCursorError,
  SchemaTooNewError,
  StorageUnavailableError,
} from './errors.ts'
export {
  type AppendListener,
  type EventLog,
  type EventWriter,
  firstSeq,
  type NewEvent,
  type StoredEvent,
} from './event-log.ts'
export { type FrameTemplate, withSeq } from './frame-template.ts'
export { type Intent, IntentRecorder, replayIntents } from './intents.ts'
export type { InviteCode, InviteStore, InviteUse, InviteWriter, NewInviteCode } from './invite-store.ts'
export type { KeyStore, KeyWriter, ReservedKey, SigningKey } from './key-store.ts'
export { MemoryBlobStore } from './memory/memory-blob-store.ts'
export { MemoryStorage, type MemoryStorageOptions } from './memory/memory-storage.ts'
export { MemoryTables } from './memory/memory-tables.ts'
export { numberOfCursor } from './number-cursor.ts'
export { type ListedRecord, maxPageBytes, type RecordStore, type StoredRecord } from './record-store.ts'
export type { BlobReference, RecordChange, RepoChange, RepoWriter } from './repo-change.ts'
export type { Page, RepoListing, RepoSnapshot, RepoStore } from './repo-store.ts'
export type { AppPassword, RefreshToken, SessionStore, SessionWriter } from './session-store.ts'
export type { StateEntry, StateStore, StateWriter } from './state-store.ts'
export type { Storage, Transaction } from './storage.ts'
export { untilAborted } from './until-aborted.ts'
