import type { Account, PdsStorage } from '@atoll/storage'
import { type Did, isDid } from '@atoll/syntax'
import { requireAccount, requireNotTakendown } from './account-state.ts'
import { Passwords } from './passwords.ts'

interface AccountsDeps {
  readonly storage: Pick<PdsStorage, 'accounts'>
  readonly passwords: Passwords
}

/** The accounts of this server, and their passwords. */
export class Accounts {
  readonly passwords: Passwords
  readonly #storage: Pick<PdsStorage, 'accounts'>

  constructor(deps: AccountsDeps) {
    this.passwords = deps.passwords
    this.#storage = deps.storage
  }

  /** The account of this server with a DID or handle. */
  find(identifier: string): Promise<Account | undefined> {
    const { accounts } = this.#storage
    return isDid(identifier) ? accounts.get(identifier) : accounts.byHandle(identifier.toLowerCase())
  }

  /** The account of a DID. Refuses with `AccountNotFound`. */
  async require(did: Did): Promise<Account> {
    return requireAccount(await this.#storage.accounts.get(did), did)
  }

  /**
   * The account of a DID, for `access/`: it was taken down after its token was made, where this
   * refuses with `AccountTakedown`. Refuses with `AccountNotFound` too.
   */
  async requireNotTakendown(did: Did): Promise<Account> {
    return requireNotTakendown(await this.require(did))
  }

  /** Those of `dids` that have an account here, in the order asked for. */
  many(dids: readonly Did[]): Promise<Account[]> {
    return this.#storage.accounts.many(dids)
  }

  count(): Promise<number> {
    return this.#storage.accounts.count()
  }

  close(): Promise<void> {
    return this.passwords.close()
  }
}

export function openAccounts({ storage }: Pick<AccountsDeps, 'storage'>): Accounts {
  return new Accounts({ storage, passwords: new Passwords() })
}
