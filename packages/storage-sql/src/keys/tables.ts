import type { Datetime, Did } from '@atoll/syntax'

interface StoredKey {
  curve: 'p256' | 'k256'
  private_key: Uint8Array
}

export interface KeyTables {
  signing_key: StoredKey & {
    did: Did
  }
  reserved_key: StoredKey & {
    did_key: string
    did: Did | null
    created_at: Datetime
  }
}
