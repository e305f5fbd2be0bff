import type { IdentityResolver } from '@atoll/identity'
import type { Sequencer } from '@atoll/sequencer'
import type { PdsStorage } from '@atoll/storage'
import type { Accounts } from './accounts/accounts.ts'
import type { Blobs } from './blobs/blobs.ts'
import type { Config } from './config/config.ts'
import type { HandleChanges } from './handles/handle-changes.ts'
import type { HandleRules } from './handles/handle-rules.ts'
import type { LookUps } from './identity/look-ups.ts'
import type { Exports } from './repos/read/exports.ts'
import type { RecordPreparer } from './repos/write/prepare-record.ts'
import type { RepoWriter } from './repos/write/repo-writer.ts'
import type { Sessions } from './sessions/sessions.ts'
import type { SignUps } from './sign-ups/sign-ups.ts'

/** What the methods are given. */
export interface Services {
  readonly config: Config
  readonly storage: PdsStorage
  readonly identity: IdentityResolver
  readonly lookUps: LookUps
  readonly exports: Exports
  readonly sequencer: Sequencer
  readonly accounts: Accounts
  readonly signUps: SignUps
  readonly sessions: Sessions
  readonly handles: HandleRules
  readonly handleChanges: HandleChanges
  readonly blobs: Blobs
  readonly preparer: RecordPreparer
  readonly writer: RepoWriter
}
