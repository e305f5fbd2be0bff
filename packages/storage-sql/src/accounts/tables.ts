import type { Datetime, Did, Handle } from '@atoll/syntax'
import type { Generated } from 'kysely'
import type { Flag } from '../rows.ts'

export interface AccountTables {
  account: {
    key: Generated<number>
    did: Did
    handle: Handle | null
    email: string | null
    email_confirmed_at: Datetime | null
    password_hash: string | null
    created_at: Datetime
    deactivated_at: Datetime | null
    delete_after: Datetime | null
    takedown: string | null
    invites_disabled: Flag
    invite_note: string | null
  }
  account_preferences: {
    did: Did
    preferences: string
  }
}
