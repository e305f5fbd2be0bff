import type { PdsStorage } from '@atoll/storage'
import type { Announcements } from '../account-life/announcements.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { DidLocks } from '../did-locks.ts'
import { AccountChanges } from './account-changes.ts'
import { AccountViews } from './account-views.ts'
import { Moderation } from './moderation.ts'

/** What the administrator, and moderators, see and do. */
export interface Administration {
  readonly views: AccountViews
  readonly changes: AccountChanges
  readonly moderation: Moderation
}

interface OpenAdministrationDeps {
  readonly storage: PdsStorage
  readonly accounts: Accounts
  readonly announcements: Announcements
  /** Those of repositories. */
  readonly locks: DidLocks
}

export function openAdministration({
  storage,
  accounts,
  announcements,
  locks,
}: OpenAdministrationDeps): Administration {
  return {
    views: new AccountViews({ storage }),
    changes: new AccountChanges({ storage, accounts }),
    moderation: new Moderation({ storage, announcements, locks }),
  }
}
