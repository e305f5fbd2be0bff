import type { Sequencer } from '@atoll/sequencer'
import type { Accounts } from './accounts/accounts.ts'
import type { Blobs } from './blobs/blobs.ts'
import type { Config } from './config/config.ts'
import type { DidChanges } from './did-changes/did-changes.ts'
import type { Handles } from './handles/handles.ts'
import type { Identity } from './identity/identity.ts'
import type { Invites } from './invites/invites.ts'
import type { Repos } from './repos/repos.ts'
import type { PublicIdentities } from './resolution/public-identities.ts'
import type { Sessions } from './sessions/sessions.ts'
import type { SignUps } from './sign-ups/sign-ups.ts'

/** What the methods are given: areas, and never the storage. */
export interface Services {
  readonly config: Config
  readonly sequencer: Sequencer
  readonly identity: Identity
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly invites: Invites
  readonly signUps: SignUps
  readonly handles: Handles
  readonly identities: PublicIdentities
  readonly didChanges: DidChanges
  readonly blobs: Blobs
  readonly repos: Repos
}
