import type { Datetime, Did } from '@atoll/syntax'

export interface EmailTokenTables {
  email_token: {
    purpose: string
    did: Did
    code_hash: string
    expires_at: Datetime
    wrong_tries: number
  }
}
