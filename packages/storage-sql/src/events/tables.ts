import type { Datetime, Did } from '@atoll/syntax'

export interface EventTables {
  event: {
    seq: number
    did: Did
    kind: string
    time: Datetime
    frame: Uint8Array
  }
  /** One row: what cannot be told from the events that are still there. */
  event_log: {
    id: 1
    last: number
    horizon: number
  }
}
