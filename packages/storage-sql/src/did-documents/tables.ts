import type { Datetime, Did } from '@atoll/syntax'

export interface DidDocumentTables {
  did_document: {
    did: Did
    /** Null when the identity has ended. */
    content: string | null
    created_at: Datetime
    updated_at: Datetime
  }
}
