import { type DidKey, generateKeyPair } from '@atoll/crypto'
import { ConflictError, type PdsStorage } from '@atoll/storage'
import { type Datetime, type Did, formatDatetime } from '@atoll/syntax'
import { Refused } from '../refused.ts'

interface ReservedKeysDeps {
  readonly storage: Pick<PdsStorage, 'keys' | 'transact'>
  /** The DID of this service, in whose name keys for nobody in particular are kept. */
  readonly service: Did
  readonly now?: () => number
}

/** Long enough to write a key into a DID document by hand, and to move after that. */
const keptMs = 7 * 24 * 60 * 60 * 1000
/** Anyone may ask for keys. */
const maxReserved = 10_000

/** Signing keys that are handed out before their account is made. */
export class ReservedKeys {
  readonly #storage: ReservedKeysDeps['storage']
  readonly #service: Did
  readonly #now: () => number

  constructor(deps: ReservedKeysDeps) {
    this.#storage = deps.storage
    this.#service = deps.service
    this.#now = deps.now ?? (() => Date.now())
  }

  /**
   * The public key of a new key pair. For a DID it is the same one each time, until it is used or
   * a week has passed. Refuses with `ServiceUnavailable` if too many are reserved.
   */
  async reserve(did: Did | undefined): Promise<DidKey> {
    const known = await this.#living(did)
    if (known) return known
    await this.forgetOld()
    if ((await this.#storage.keys.countReserved()) >= maxReserved) {
      throw new Refused('ServiceUnavailable', 'Too many signing keys are reserved; try again tomorrow')
    }
    return this.#make(did)
  }

  /** Deletes keys that nobody has used. */
  async forgetOld(): Promise<void> {
    const before = this.#before()
    await this.#storage.transact(this.#service, (tx) => tx.keys.forgetReserved(before))
  }

  async #make(did: Did | undefined): Promise<DidKey> {
    const pair = generateKeyPair('k256')
    const didKey = pair.didKey()
    const createdAt = formatDatetime(new Date(this.#now()))
    const key = { did, didKey, curve: pair.curve, privateKey: pair.exportPrivateKey(), createdAt }
    try {
      await this.#storage.transact(did ?? this.#service, (tx) => tx.keys.reserve(key))
      return didKey
    } catch (error) {
      // Another request for the same DID was faster.
      const other = error instanceof ConflictError ? await this.#living(did) : undefined
      if (!other) throw error
      return other
    }
  }

  async #living(did: Did | undefined): Promise<DidKey | undefined> {
    const key = did && (await this.#storage.keys.reservedFor(did))
    // Written by `#make`, with the key's own did:key.
    return key && key.createdAt >= this.#before() ? (key.didKey as DidKey) : undefined
  }

  #before(): Datetime {
    return formatDatetime(new Date(this.#now() - keptMs))
  }
}
