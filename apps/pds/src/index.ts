export { type Adapters, type OpenAdapters, type OpenAdaptersOptions, openAdapters } from './adapters.ts'
export type { AccountCaller, AdminCaller, Reader } from './callers.ts'
export type { Captcha } from './captcha/captcha.ts'
export { type Config, readConfig } from './config/config.ts'
export { settings } from './config/settings.ts'
export { prepareDataFolder } from './data-folder.ts'
export type { EventFeed } from './events/event-feed.ts'
export { exposureWarnings } from './exposed-files.ts'
export type {
  Hooks,
  PlannedOperation,
  PlannedRecord,
  PlannedSignUp,
  PlannedWrite,
  RecordRemoval,
  StoredCommit,
  StoredOperation,
  StoredRecordChange,
  StoredRemoval,
} from './hooks/hooks.ts'
export type { ForeignIdentity, LookUpCaller } from './identity/look-ups.ts'
export type { PdsAccess } from './kit/pds-access.ts'
export type {
  AccountInfo,
  AccountService,
  CommitInfo,
  IdentityService,
  KeyedNewRecord,
  ListRecordsOptions,
  NewRecord,
  PdsServices,
  RecordOperation,
  RepoRecord,
  RepoService,
  WriteOptions,
  WrittenRecord,
} from './kit/pds-services.ts'
export { type Mailer, MailRefusedError, type OutgoingMail } from './mail/mailer.ts'
export type { PdsOptions } from './options.ts'
export { createPds, type Pds } from './pds.ts'
export type { ValidationStatus } from './repos/write/write.ts'
export { type ServedPds, type ServePdsOptions, servePds } from './serve.ts'
export type { AccessScope } from './sessions/session-tokens.ts'
export type { Fallback, FallbackContext } from './web/fallback.ts'
