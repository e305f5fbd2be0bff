import { importKeyPair, type KeyPair } from '@atoll/crypto'
import { RecentMap } from '@atoll/recent-map'
import type { KeyStore, SigningKey } from '@atoll/storage'
import type { Did } from '@atoll/syntax'

const keptImported = 10_000

/**
 * The keys that sign for accounts, ready for use.
 *
 * In one process only: the stored key is read for each commit, so a change elsewhere is seen.
 */
export class SigningKeys {
  readonly #keys: Pick<KeyStore, 'signingKey'>
  /**
   * Importing derives the public key, which costs as much as a signature: the last accounts that
   * wrote keep theirs.
   */
  readonly #imported = new RecentMap<Did, { stored: SigningKey; pair: KeyPair }>({ maxSize: keptImported })

  constructor(keys: Pick<KeyStore, 'signingKey'>) {
    this.#keys = keys
  }

  /** The key pair that signs the commits of `did`. A missing key is a fault of the server. */
  async of(did: Did): Promise<KeyPair> {
    const stored = await this.#keys.signingKey(did)
    if (!stored) throw new Error(`no signing key for ${did}`)
    const known = this.#imported.get(did)
    if (known && isSame(known.stored, stored)) return known.pair
    const pair = importKeyPair(stored.curve, stored.privateKey)
    this.#imported.set(did, { stored, pair })
    return pair
  }
}

function isSame(a: SigningKey, b: SigningKey): boolean {
  return a.curve === b.curve && Buffer.compare(a.privateKey, b.privateKey) === 0
}
