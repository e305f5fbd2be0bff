import type { PdsStorage, PdsTransaction } from '@atoll/storage'
import { accountEvent } from '@atoll/sync'
import { type Did, formatDatetime } from '@atoll/syntax'
import type { Asker } from '@atoll/xrpc-server'
import type { Accounts } from '../accounts/accounts.ts'
import { refuseGone } from '../accounts/subject-not-found.ts'
import type { DidLocks } from '../did-locks.ts'
import type { HostedDocuments } from '../identity/hosted-documents.ts'
import { type MailedCodes, refuseUsedCode } from '../mailed-codes/mailed-codes.ts'
import { Refused } from '../refused.ts'
import type { Exports } from '../repos/read/exports.ts'
import type { Erasures } from './erasures.ts'

interface DeletionsDeps {
  readonly storage: Pick<PdsStorage, 'accounts' | 'transact'>
  readonly accounts: Pick<Accounts, 'passwords' | 'require'>
  readonly codes: Pick<MailedCodes, 'send' | 'require' | 'use'>
  readonly hosted: Pick<HostedDocuments, 'ending'>
  readonly exports: Pick<Exports, 'endOf'>
  readonly erasures: Pick<Erasures, 'note' | 'wake'>
  /** Shared with the changes of names, and with the writes of repositories. */
  readonly nameLocks: Pick<DidLocks, 'run'>
  readonly repoLocks: Pick<DidLocks, 'run'>
  readonly now?: () => number
}

/** What the owner of an account proves its deletion with. */
interface Proof {
  readonly password: string
  /** The code that was mailed. */
  readonly code: string
}

const dueAtOnce = 100

/**
 * Deletes accounts with everything in them. The DID stays its owner's: nothing is told to the
 * directory, and the account may come back. All that is left is one event that says that it is
 * gone.
 */
export class Deletions {
  readonly #deps: DeletionsDeps
  readonly #now: () => number

  constructor(deps: DeletionsDeps) {
    this.#deps = deps
    this.#now = deps.now ?? Date.now
  }

  /** Mails the code that a deletion needs. Refuses with `AccountNotFound`. */
  async request(did: Did): Promise<void> {
    const { accounts, codes } = this.#deps
    await codes.send(await accounts.require(did), 'delete_account')
  }

  /**
   * Deletes the account of whoever has its password and reads its mails, also while it is taken
   * down. Refuses with `AuthenticationRequired`, `InvalidToken` or `ExpiredToken`. `asker` waits
   * for the hash.
   */
  async byOwner(did: Did, { password, code: typed }: Proof, asker: Asker = {}): Promise<void> {
    const { storage, accounts, codes } = this.#deps
    const account = await storage.accounts.get(did)
    if (!(await accounts.passwords.matches(password, account?.passwordHash, asker))) {
      throw new Refused('AuthenticationRequired', 'Invalid did or password')
    }
    const code = await codes.require(did, 'delete_account', typed)
    await this.#delete(did, (tx) => codes.use(tx, code)).catch(refuseUsedCode)
  }

  /** Deletes the account without asking its owner. Refuses with `NotFound`. */
  async byAdministrator(did: Did): Promise<void> {
    await this.#delete(did, () => {}).catch(refuseGone)
  }

  /** Deletes the accounts whose owners had set a time for it that has come. */
  async carryOutDue(): Promise<void> {
    const { accounts } = this.#deps.storage
    for (;;) {
      const at = formatDatetime(new Date(this.#now()))
      const due = await accounts.due({ at, limit: dueAtOnce })
      for (const did of due) await this.#deleteIfDue(did, at)
      if (due.length < dueAtOnce) return
    }
  }

  async #deleteIfDue(did: Did, at: string): Promise<void> {
    const isDue = async () => {
      const account = await this.#deps.storage.accounts.get(did)
      return account?.deactivatedAt !== undefined && account.deleteAfter !== undefined && account.deleteAfter <= at
    }
    await this.#alone(did, async () => {
      // Its owner may have come back since it was listed.
      if (await isDue()) await this.#deleteAlone(did, () => {})
    })
    this.#deps.erasures.wake()
  }

  async #delete(did: Did, authorize: (tx: PdsTransaction) => void): Promise<void> {
    await this.#alone(did, () => this.#deleteAlone(did, authorize))
    this.#deps.erasures.wake()
  }

  #alone(did: Did, work: () => Promise<void>): Promise<void> {
    const { nameLocks, repoLocks } = this.#deps
    return nameLocks.run(did, () => repoLocks.run(did, work))
  }

  async #deleteAlone(did: Did, authorize: (tx: PdsTransaction) => void): Promise<void> {
    const { storage, hosted, exports, erasures } = this.#deps
    const endDocument = await hosted.ending(did)
    const at = formatDatetime(new Date(this.#now()))
    await storage.transact(did, (tx) => {
      authorize(tx)
      tx.accounts.update(did, {}) // a conflict if it is deleted already
      tx.repo.delete(did)
      tx.accounts.delete(did)
      endDocument(tx, at)
      tx.events.removeOf(did)
      tx.events.append(accountEvent(did, 'deleted', at))
      erasures.note(tx, did, at)
    })
    exports.endOf(did)
  }
}
