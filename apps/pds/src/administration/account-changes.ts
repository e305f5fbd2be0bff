import { ConflictError, type PdsStorage } from '@atoll/storage'
import type { Did } from '@atoll/syntax'
import type { Asker } from '@atoll/xrpc-server'
import type { Accounts } from '../accounts/accounts.ts'
import { normalizeEmail } from '../accounts/email-addresses.ts'
import { changeAddress } from '../accounts/email-changes.ts'
import { faultOfNewPassword } from '../accounts/passwords.ts'
import { refuseGone, subjectNotFound } from '../accounts/subject-not-found.ts'
import { Refused } from '../refused.ts'

interface AccountChangesDeps {
  readonly storage: Pick<PdsStorage, 'accounts' | 'transact'>
  readonly accounts: Pick<Accounts, 'find' | 'passwords'>
}

/** What the administrator changes for an account's owner, in any state of the account. */
export class AccountChanges {
  readonly #storage: AccountChangesDeps['storage']
  readonly #accounts: AccountChangesDeps['accounts']

  constructor(deps: AccountChangesDeps) {
    this.#storage = deps.storage
    this.#accounts = deps.accounts
  }

  /**
   * Gives the account with this DID or handle another address, which is then unconfirmed. The
   * address that it has changes nothing. Refuses with `NotFound`, or with `InvalidRequest` an
   * address that cannot be used or is taken.
   */
  async setEmail(identifier: string, address: string): Promise<void> {
    const email = normalizeEmail(address)
    const account = await this.#accounts.find(identifier)
    if (!account) throw subjectNotFound('account')
    const { did } = account
    if (account.email === email) return
    await this.#storage
      .transact(did, (tx) => changeAddress(tx, did, email))
      .catch((error: unknown) => {
        if (!(error instanceof ConflictError) || error.field !== 'email') return refuseGone(error)
        throw new Refused('InvalidRequest', `Email already taken: ${address}`)
      })
  }

  /**
   * Gives the account another password and ends its sessions; app passwords stay, without the
   * sessions that they began. Refuses with `NotFound` or `InvalidRequest`.
   */
  async setPassword(did: Did, password: string, asker: Asker): Promise<void> {
    const fault = faultOfNewPassword(password)
    if (fault !== undefined) throw new Refused('InvalidRequest', fault)
    if (!(await this.#storage.accounts.get(did))) throw subjectNotFound('account')
    const passwordHash = await this.#accounts.passwords.hash(password, asker)
    await this.#storage
      .transact(did, (tx) => {
        tx.accounts.update(did, { passwordHash })
        tx.sessions.deleteAll(did)
      })
      .catch(refuseGone)
  }
}
