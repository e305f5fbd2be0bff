import type { Datetime, Did } from '@atoll/syntax'

export interface EmailTokenTables {
  email_token: {
    purpose: string
    did: Did
    code: string
    expires_at: Datetime
  }
}
