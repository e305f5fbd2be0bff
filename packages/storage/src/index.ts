export {
  type Account,
  type AccountPart,
  type AccountStatus,
  type AccountStore,
  type AccountWrites,
  accountStatus,
  type EmailState,
  type NewAccount,
} from './accounts/account-store.ts'
export {
  type BlobIndex,
  type BlobIndexWrites,
  type BlobKey,
  type BlobMetadata,
  type BlobPart,
  maxOtherTypes,
  type StoredBlob,
  type UnreferencedBlob,
} from './blobs/blob-index.ts'
export type { BlobBytes, BlobStore, BlobStream, ByteRange, UploadedBlob } from './blobs/blob-store.ts'
export {
  type AccountBlobUsage,
  type BlobUsage,
  type BlobUsageStore,
  readUsageCursor,
  usageCursor,
} from './blobs/blob-usage.ts'
export { MemoryBlobStore } from './blobs/memory-blob-store.ts'
export { untilAborted } from './blobs/until-aborted.ts'
export type { Claim, ClaimPart, ClaimStore, ClaimWrites } from './claims/claim-store.ts'
export {
  BlobMissingError,
  BlobTooLargeError,
  ConflictError,
  type ConflictField,
  CorruptStorageError,
  DatabaseInUseError,
  ForeignDatabaseError,
  InvalidCursorError,
  SchemaTooNewError,
  StorageUnavailableError,
} from './core/errors.ts'
export { type ArgumentsOf, type Intent, type IntentRecorder, intentRecorders, replayIntents } from './core/intents.ts'
export { MemoryTables } from './core/memory-tables.ts'
export { MemoryTransactions, type MemoryTransactionsDeps } from './core/memory-transactions.ts'
export { numberOfCursor, type Page, pageOf } from './core/page.ts'
export type { MethodNames, Part, StorageOf, Transactional } from './core/storage.ts'
export type {
  DidDocumentPart,
  DidDocumentStore,
  DidDocumentWrites,
  HostedDocument,
} from './did-documents/did-document-store.ts'
export type {
  EmailToken,
  EmailTokenPart,
  EmailTokenStore,
  EmailTokenWrites,
  NewEmailToken,
} from './email-tokens/email-token-store.ts'
export type { Erasure, ErasurePart } from './erasure/erasure.ts'
export { AppendListeners } from './events/append-listeners.ts'
export {
  type AppendListener,
  type EventLog,
  type EventPart,
  type EventWrites,
  firstSeq,
  type NewEvent,
  type StoredEvent,
} from './events/event-log.ts'
export { MemoryEvents } from './events/memory-events.ts'
export { type UnnumberedFrame, withSeq } from './events/numbered-frame.ts'
export type {
  Adoption,
  ImportBatch,
  ImportPart,
  ImportStore,
  ImportWrites,
  RepoImport,
} from './imports/import-store.ts'
export type {
  InviteCode,
  InvitePart,
  InviteStore,
  InviteUse,
  InviteWrites,
  NewInviteCode,
} from './invites/invite-store.ts'
export type { AccountKey, KeyPart, KeyStore, KeyWrites, ReservedKey, Rewriting, SigningKey } from './keys/key-store.ts'
export type {
  OutboxLimits,
  OutboxMessage,
  OutboxPart,
  OutboxStore,
  OutboxWrites,
} from './outbox/outbox-store.ts'
export {
  type ListedRecord,
  maxPageBytes,
  type RecordPart,
  type RecordStore,
  type RecordWrites,
  type StoredRecord,
} from './records/record-store.ts'
export type { BlobReference, RecordChange, RepoChange, RepoHead, RepoWrites } from './repos/repo-change.ts'
export type { RepoListing, RepoPart, RepoSnapshot, RepoStore } from './repos/repo-store.ts'
export type {
  SecondFactorPart,
  SecondFactorStore,
  SecondFactors,
  SecondFactorWrites,
  Totp,
  TotpSecret,
  TryLimits,
} from './second-factors/second-factor-store.ts'
export {
  type LabelerParts,
  type LabelerStorage,
  type LabelerTransaction,
  labelerMethods,
} from './services/labeler-storage.ts'
export { MemoryPdsStorage, type MemoryPdsStorageOptions } from './services/memory-pds-storage.ts'
export { type PdsParts, type PdsStorage, type PdsTransaction, pdsMethods } from './services/pds-storage.ts'
export { type RelayParts, type RelayStorage, type RelayTransaction, relayMethods } from './services/relay-storage.ts'
export type {
  AppPassword,
  SessionPart,
  SessionStore,
  SessionWrites,
  StoredRefreshToken,
} from './sessions/session-store.ts'
export { MemoryState } from './state/memory-state.ts'
export type { StateEntry, StatePart, StateStore, StateWrites } from './state/state-store.ts'
