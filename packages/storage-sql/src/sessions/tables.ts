import type { Datetime, Did } from '@atoll/syntax'
import type { Generated } from 'kysely'
import type { Flag } from '../rows.ts'

export interface SessionTables {
  refresh_token: {
    id: string
    did: Did
    lineage: string
    expires_at: Datetime
    next_id: string | null
    app_password: string | null
  }
  app_password: {
    key: Generated<number>
    did: Did
    name: string
    password_hash: string
    privileged: Flag
    created_at: Datetime
  }
}
