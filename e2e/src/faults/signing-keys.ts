import type { DidKey } from '@atoll/crypto'
import { IdResolver } from '@atproto/identity'

/** The signing keys in the DID documents, fetched once: no account changes its key here. */
export class SigningKeyBook {
  readonly #resolver: IdResolver
  readonly #keys = new Map<string, Promise<DidKey>>()

  constructor(plcUrl: string) {
    this.#resolver = new IdResolver({ plcUrl, fetch: globalThis.fetch })
  }

  of(did: string): Promise<DidKey> {
    let key = this.#keys.get(did)
    if (!key) {
      // The resolver has checked that this is a did:key.
      key = this.#resolver.did.resolveAtprotoData(did).then(({ signingKey }) => signingKey as DidKey)
      this.#keys.set(did, key)
    }
    return key
  }
}
