import type { Datetime, Did } from '@atoll/syntax'
import type { MethodNames } from '../core/storage.ts'

/** A private signing key that the server keeps for an account. */
export interface SigningKey {
  curve: 'p256' | 'k256'
  privateKey: Uint8Array
}

/** A key handed out ahead of an account's creation. */
export interface ReservedKey extends SigningKey {
  /** The public key, as `did:key:…`. */
  didKey: string
  did: Did | undefined
  createdAt: Datetime
}

/** The signing key of one account. */
export interface AccountKey extends SigningKey {
  did: Did
}

/** Committed signing keys. */
export interface KeyStore {
  signingKey(did: Did): Promise<SigningKey | undefined>
  reserved(didKey: string): Promise<ReservedKey | undefined>
  reservedFor(did: Did): Promise<ReservedKey | undefined>
  countReserved(): Promise<number>
  /** The keys of accounts after the DID `cursor`, ascending by DID. */
  signingKeys(options: { limit: number; cursor?: Did }): Promise<AccountKey[]>
  /** The reserved keys after the public key `cursor`, ascending by public key. */
  reservedKeys(options: { limit: number; cursor?: string }): Promise<ReservedKey[]>
}

/** A change of how the same private key is stored, such as its encryption. */
export interface Rewriting {
  from: Uint8Array
  to: Uint8Array
}

/** How a transaction changes keys. */
export interface KeyWrites {
  /** Sets or replaces the account's signing key. */
  setSigningKey(did: Did, key: SigningKey): void
  /**
   * `ConflictError('reservedKey')` if the key is already reserved, or another one for the same DID.
   */
  reserve(key: ReservedKey): void
  /** Removes a reserved key, which is now in use. `ConflictError('reservedKey')` if it is gone. */
  release(didKey: string): void
  /** Deletes the reserved keys that were made before a time. */
  forgetReserved(before: Datetime): void
  /** Stores the key in another form; changes nothing if it is no longer stored as `from`. */
  rewriteSigningKey(did: Did, form: Rewriting): void
  /** Stores a reserved key in another form; changes nothing if it is no longer stored as `from`. */
  rewriteReserved(didKey: string, form: Rewriting): void
}

/** Signing keys, as a part of a storage. */
export interface KeyPart {
  readonly stores: { readonly keys: KeyStore }
  readonly writes: { readonly keys: KeyWrites }
}

export const keyMethods: MethodNames<KeyPart['writes']> = {
  keys: {
    setSigningKey: true,
    reserve: true,
    release: true,
    forgetReserved: true,
    rewriteSigningKey: true,
    rewriteReserved: true,
  },
}
