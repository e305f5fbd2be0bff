import type { Datetime, Did } from '@atoll/syntax'
import type { Generated } from 'kysely'
import type { Flag } from '../rows.ts'

export interface InviteTables {
  invite_code: {
    code: string
    available_uses: number
    used: number
    disabled: Flag
    for_account: string
    created_by: string
    created_at: Datetime
  }
  invite_use: {
    key: Generated<number>
    code: string
    used_by: Did
    used_at: Datetime
  }
}
