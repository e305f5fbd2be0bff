import type { Datetime, Did } from '@atoll/syntax'
import type { Flag } from '../rows.ts'

export interface SecondFactorTables {
  email_factor: {
    did: Did
  }
  totp: {
    did: Did
    secret: Uint8Array
    is_confirmed: Flag
    last_step: number
  }
  recovery_code: {
    did: Did
    hash: string
  }
  code_tries: {
    did: Did
    count: number
    since: Datetime
  }
}
