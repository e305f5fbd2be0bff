import { type IdentityResolver, pdsOf, signingKeyOf } from '@atoll/identity'
import { type Account, ConflictError, type PdsStorage } from '@atoll/storage'
import { accountEvent } from '@atoll/sync'
import { type Datetime, type Did, formatDatetime } from '@atoll/syntax'
import { accountNotFound, isActive, requireAccount, requireNotTakendown } from '../accounts/account-state.ts'
import type { DidLocks } from '../did-locks.ts'
import { Refused } from '../refused.ts'
import type { SigningKeys } from '../repos/write/signing-keys.ts'
import type { Announcements } from './announcements.ts'

interface ActivationsDeps {
  readonly storage: Pick<PdsStorage, 'accounts' | 'transact'>
  readonly announcements: Pick<Announcements, 'of'>
  readonly resolver: Pick<IdentityResolver, 'resolveDid'>
  readonly signingKeys: Pick<SigningKeys, 'of'>
  /**
   * Shared with the writes of repositories: none is announced after its account is out of service.
   */
  readonly locks: Pick<DidLocks, 'run'>
  /** The URL of this service. */
  readonly pds: string
  readonly now?: () => number
}

/** Takes accounts out of service at their owners' wish, and brings them back. */
export class Activations {
  readonly #deps: ActivationsDeps
  readonly #now: () => number

  constructor(deps: ActivationsDeps) {
    this.#deps = deps
    this.#now = deps.now ?? Date.now
  }

  /**
   * Takes the account out of service, and has it deleted at `deleteAfter` if it is still out of
   * service then. Repeated, it replaces that time. Refuses with `AccountNotFound` or
   * `AccountTakedown`.
   */
  deactivate(did: Did, deleteAfter: string | undefined): Promise<void> {
    const due = deleteAfter === undefined ? undefined : datetimeOf(deleteAfter)
    return this.#alone(did, async (account) => {
      const at = this.#time()
      await this.#deps.storage.transact(did, (tx) => {
        tx.accounts.update(did, { deactivatedAt: account.deactivatedAt ?? at, deleteAfter: due })
        tx.events.append(accountEvent(did, 'deactivated', at))
      })
    })
  }

  /**
   * Brings the account back into service, and tells the network where its repository stands. An
   * active account stays as it is. Refuses with `InvalidRequest` unless the DID document leads
   * here, with `AccountNotFound` or `AccountTakedown`.
   */
  async activate(did: Did): Promise<void> {
    const { storage, announcements } = this.#deps
    if (isActive(await this.#require(did))) return
    // Before the lock: the look-up may take long.
    const fault = await this.#faultOfDocument(did).catch(async (error: unknown) => {
      await this.#require(did) // its key is gone if it was deleted meanwhile
      throw error
    })
    if (fault !== undefined) throw new Refused('InvalidRequest', fault)
    await this.#alone(did, async (account) => {
      if (isActive(account)) return
      const announce = await announcements.of(account, 'active', this.#time())
      await storage.transact(did, (tx) => {
        tx.accounts.update(did, { deactivatedAt: undefined, deleteAfter: undefined })
        announce(tx)
      })
    })
  }

  /** Whether the DID document names this server and the key that signs the repository here. */
  async isDocumentValid(did: Did): Promise<boolean> {
    return (await this.#faultOfDocument(did).catch(() => unresolved)) === undefined
  }

  async #faultOfDocument(did: Did): Promise<string | undefined> {
    const { resolver, signingKeys, pds } = this.#deps
    const document = await resolver.resolveDid(did, { refresh: true }).catch(() => undefined)
    if (!document) return unresolved
    if (pdsOf(document) !== new URL(pds).origin) {
      return 'DID document atproto_pds service endpoint does not match PDS public url'
    }
    if (signingKeyOf(document) !== (await signingKeys.of(did)).didKey()) {
      return 'DID document verification method does not match expected signing key'
    }
    return undefined
  }

  #alone(did: Did, work: (account: Account) => Promise<void>): Promise<void> {
    return this.#deps.locks
      .run(did, async () => work(await this.#require(did)))
      .catch((error: unknown) => {
        // It was deleted by another process.
        throw error instanceof ConflictError && error.field === 'did' ? accountNotFound(did) : error
      })
  }

  async #require(did: Did): Promise<Account> {
    return requireNotTakendown(requireAccount(await this.#deps.storage.accounts.get(did), did))
  }

  #time(): Datetime {
    return formatDatetime(new Date(this.#now()))
  }
}

const unresolved = 'The DID document of the account could not be resolved'

/** In UTC, as times are stored and compared. */
function datetimeOf(text: string): Datetime {
  const time = Date.parse(text)
  if (Number.isNaN(time)) throw new Refused('InvalidRequest', 'deleteAfter is not a time that there is')
  return formatDatetime(new Date(time))
}
