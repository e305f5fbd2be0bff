import type { Datetime, Did } from '@atoll/syntax'

export interface OutboxTables {
  /** At most one row for each `did` and `topic`. */
  outbox: {
    id: string
    did: Did | null
    topic: string | null
    channel: string
    recipient: string
    subject: string
    text: string
    html: string
    failures: number
    due_at: Datetime
    expires_at: Datetime
  }
}
