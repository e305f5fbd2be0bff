import type { Datetime, Did, Handle } from '@atoll/syntax'
import type { Generated } from 'kysely'

export interface ClaimTables {
  /** At most one row for each of `did`, `handle` and `email`. */
  claim: {
    key: Generated<number>
    did: Did
    purpose: string
    handle: Handle | null
    email: string | null
    details: string
    claimed_at: Datetime
  }
}
