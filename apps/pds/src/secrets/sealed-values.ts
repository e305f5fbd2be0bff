import type { KeyStore, PdsTransaction, Rewriting, SecondFactorStore } from '@atoll/storage'
import type { Did } from '@atoll/syntax'
import { reservedKeyContext, signingKeyContext } from './sealed-storage.ts'

/** One secret as it is stored. */
export interface SealedValue {
  /** Where the next page begins after it. */
  readonly cursor: string
  readonly context: string
  readonly stored: Uint8Array
  /** The account whose transaction changes it. */
  readonly did: Did
  /** Stores it in another form, unless it was changed meanwhile. */
  rewrite(tx: PdsTransaction, form: Rewriting): void
}

/** One kind of secrets in the storage, all of them in pages. */
export interface SealedKind {
  page(options: { limit: number; cursor: string | undefined }): Promise<SealedValue[]>
}

/** The signing keys of accounts, as the storage below the encryption has them. */
export function signingKeysOf(keys: Pick<KeyStore, 'signingKeys'>): SealedKind {
  return {
    async page({ limit, cursor }) {
      // Cursors are those of an earlier page.
      const page = await keys.signingKeys({ limit, ...(cursor === undefined ? {} : { cursor: cursor as Did }) })
      return page.map(({ did, privateKey }) => ({
        cursor: did,
        context: signingKeyContext(did),
        stored: privateKey,
        did,
        rewrite: (tx, form) => tx.keys.rewriteSigningKey(did, form),
      }))
    },
  }
}

/** What the secret of an authenticator app is sealed for. */
export const totpSecretContext = (did: Did): string => `TOTP secret of ${did}`

/** The secrets of authenticator apps, which the area of second factors seals itself. */
export function totpSecretsOf(factors: Pick<SecondFactorStore, 'totpSecrets'>): SealedKind {
  return {
    async page({ limit, cursor }) {
      const page = await factors.totpSecrets({ limit, ...(cursor === undefined ? {} : { cursor: cursor as Did }) })
      return page.map(({ did, secret }) => ({
        cursor: did,
        context: totpSecretContext(did),
        stored: secret,
        did,
        rewrite: (tx, form) => tx.secondFactors.rewriteTotpSecret(did, form),
      }))
    },
  }
}

/** Keys that were handed out before their accounts are here. `owner`: where there is no DID yet. */
export function reservedKeysOf(keys: Pick<KeyStore, 'reservedKeys'>, owner: Did): SealedKind {
  return {
    async page({ limit, cursor }) {
      const page = await keys.reservedKeys({ limit, ...(cursor === undefined ? {} : { cursor }) })
      return page.map(({ didKey, did = owner, privateKey }) => ({
        cursor: didKey,
        context: reservedKeyContext(didKey),
        stored: privateKey,
        did,
        rewrite: (tx, form) => tx.keys.rewriteReserved(didKey, form),
      }))
    },
  }
}
