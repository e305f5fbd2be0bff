export {
  accountEvent,
  commitEvent,
  type EventTemplate,
  type InactiveStatus,
  identityEvent,
  syncEvent,
  templateOf,
} from './build/events.ts'
export type { Backoff } from './consumer/backoff.ts'
export { createFirehoseConsumer } from './consumer/consumer.ts'
export type { CursorStore } from './consumer/cursor-store.ts'
export type { Ending } from './consumer/ending.ts'
export type { CommitEvent, DesynchronizedEvent, FirehoseEvent, VerifiedEvent } from './consumer/firehose-event.ts'
export type { Failure, FailureDecision, FirehoseNotice } from './consumer/notices.ts'
export type {
  ConsumerVerifyOptions,
  FirehoseConsumer,
  FirehoseConsumerOptions,
  VerifyingConsumerOptions,
} from './consumer/options.ts'
export { MemoryRepoStates, type RepoStates } from './consumer/repo-states.ts'
export { type Decoded, type DecodeOptions, decodeMessage } from './decode/decode-message.ts'
export type {
  AccountMessage,
  CommitMessage,
  ErrorMessage,
  IdentityMessage,
  InfoMessage,
  LegacyHandle,
  LegacyMessage,
  LegacyMigrate,
  LegacyTombstone,
  Message,
  RepoMessage,
  SyncMessage,
  UnknownMessage,
} from './decode/messages.ts'
export { EventTooLargeError, ResynchronizationError, type ResynchronizationReason, StreamError } from './errors.ts'
export type { CollectionPattern } from './operations/collection-filter.ts'
export {
  type OperationFault,
  operationsOf,
  type RecordDeleted,
  type RecordOperation,
  type RecordWritten,
} from './operations/record-operation.ts'
export type { FetchRepoOptions, RepoUnavailable } from './resynchronize/fetch-repo.ts'
export {
  type KnownRepo,
  type Resynchronized,
  type ResynchronizeOptions,
  resynchronize,
} from './resynchronize/resynchronize.ts'
export { type Rule, rules, type Violation } from './rules.ts'
export { type IdentitySource, identitySource, type QuestionOptions } from './verify/identity-source.ts'
export type { Remembered, RepoState, VerifyOptions } from './verify/options.ts'
export type {
  Accepted,
  AccountVerdict,
  CommitVerdict,
  Desynchronized,
  Discarded,
  VerifiedCommit,
} from './verify/verdict.ts'
export { verifyCommitEvent } from './verify/verify-commit-event.ts'
export { verifyAccountEvent, verifyEvent, verifyIdentityEvent } from './verify/verify-event.ts'
export { verifySyncEvent } from './verify/verify-sync-event.ts'
