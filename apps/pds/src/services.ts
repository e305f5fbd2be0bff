import type { Sequencer } from '@atoll/sequencer'
import type { AccountLife } from './account-life/account-life.ts'
import type { Accounts } from './accounts/accounts.ts'
import type { EmailChanges } from './accounts/email-changes.ts'
import type { PasswordResets } from './accounts/password-resets.ts'
import type { Administration } from './administration/administration.ts'
import type { BlobReports } from './blobs/blob-reports.ts'
import type { Blobs } from './blobs/blobs.ts'
import type { Config } from './config/config.ts'
import type { DidChanges } from './did-changes/did-changes.ts'
import type { Handles } from './handles/handles.ts'
import type { Identity } from './identity/identity.ts'
import type { Invites } from './invites/invites.ts'
import type { Mail } from './mail/mail.ts'
import type { MailedCodes } from './mailed-codes/mailed-codes.ts'
import type { Repos } from './repos/repos.ts'
import type { PublicIdentities } from './resolution/public-identities.ts'
import type { SecondFactors } from './second-factors/second-factors.ts'
import type { AppPasswords } from './sessions/app-passwords.ts'
import type { ServiceTokens } from './sessions/service-tokens.ts'
import type { Sessions } from './sessions/sessions.ts'
import type { SignUps } from './sign-ups/sign-ups.ts'

/** What the methods are given: areas, and never the storage. */
export interface Services {
  readonly config: Config
  readonly sequencer: Sequencer
  readonly identity: Identity
  readonly accounts: Accounts
  readonly accountLife: AccountLife
  readonly mail: Mail
  readonly codes: MailedCodes
  readonly emails: EmailChanges
  readonly passwordResets: PasswordResets
  readonly administration: Administration
  readonly sessions: Sessions
  readonly appPasswords: AppPasswords
  readonly secondFactors: SecondFactors
  readonly serviceTokens: ServiceTokens
  readonly invites: Invites
  readonly signUps: SignUps
  readonly handles: Handles
  readonly identities: PublicIdentities
  readonly didChanges: DidChanges
  readonly blobs: Blobs
  readonly blobReports: BlobReports
  readonly repos: Repos
}
