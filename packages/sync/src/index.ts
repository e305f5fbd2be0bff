export { type Decoded, type DecodeOptions, decodeMessage } from './decode-message.ts'
export { EventTooLargeError } from './errors.ts'
export {
  type AccountStatus,
  accountEvent,
  commitEvent,
  type EventKind,
  identityEvent,
  type NewEvent,
  syncEvent,
} from './events.ts'
export { type FrameTemplate, frameTemplate } from './frame-template.ts'
export type { LegacyHandle, LegacyMigrate, LegacyTombstone } from './legacy-messages.ts'
export type {
  AccountMessage,
  CommitMessage,
  ErrorMessage,
  IdentityMessage,
  InfoMessage,
  LegacyMessage,
  Message,
  RepoMessage,
  SyncMessage,
  UnknownMessage,
} from './messages.ts'
export { type Rule, rules, type Violation } from './rules.ts'
export type {
  Accepted,
  ContentVerdict,
  Desynchronized,
  PdsOf,
  PlainVerdict,
  Refused,
  Remembered,
  RepoState,
  SigningKeyOf,
  VerifiedContent,
  Verifying,
} from './verdict.ts'
export { verifyCommitEvent } from './verify-commit-event.ts'
export { verifyAccountEvent, verifyEvent, verifyIdentityEvent } from './verify-event.ts'
export { verifySyncEvent } from './verify-sync-event.ts'
