import type { Did, Handle } from '@atoll/syntax'
import { ConflictError } from '../core/errors.ts'
import { numberOfCursor } from '../core/listing.ts'
import type { MemoryTables } from '../core/memory-tables.ts'
import { pageOf } from '../core/order.ts'
import type { Page } from '../repos/repo-store.ts'
import type { Account, AccountStore, AccountWrites, NewAccount } from './account-store.ts'

export class MemoryAccounts implements AccountStore, AccountWrites {
  readonly #tables: MemoryTables

  constructor(tables: MemoryTables) {
    this.#tables = tables
  }

  async get(did: Did): Promise<Account | undefined> {
    return this.#tables.accounts.get(did)?.account
  }

  async byHandle(handle: string): Promise<Account | undefined> {
    return this.#tables.accountWith('handle', handle)
  }

  async byEmail(email: string): Promise<Account | undefined> {
    return this.#tables.accountWith('email', email)
  }

  async many(dids: readonly Did[]): Promise<Account[]> {
    return dids.flatMap((did) => this.#tables.accounts.get(did)?.account ?? [])
  }

  async list(options: { cursor?: string; limit: number; email?: string }): Promise<Page<Account>> {
    const wanted = options.email?.toLowerCase()
    const after = numberOfCursor(options.cursor)
    const following = [...this.#tables.accounts.values()]
      .filter(({ key }) => key > after)
      .filter(({ account }) => wanted === undefined || account.email?.includes(wanted) === true)
    const page = pageOf(following, options.limit, ({ key }) => String(key))
    return { ...page, items: page.items.map(({ account }) => account) }
  }

  async count(): Promise<number> {
    return this.#tables.accounts.size
  }

  async preferences(did: Did): Promise<string | undefined> {
    return this.#tables.preferences.get(did)
  }

  create(account: NewAccount): void {
    if (this.#tables.accounts.has(account.did) || this.#tables.claims.has(account.did))
      throw new ConflictError('did', `there is an account ${account.did}`)
    const key = (this.#tables.marks.get('accountKey') ?? 0) + 1
    this.#tables.marks.set('accountKey', key)
    this.#put({ ...empty, ...account }, key)
  }

  update(did: Did, changes: Partial<Account>): void {
    const stored = this.#tables.accounts.get(did)
    if (!stored) throw new ConflictError('did', `no account ${did}`)
    this.#put({ ...stored.account, ...changes, did }, stored.key)
  }

  delete(did: Did): void {
    const { accounts, preferences, signingKeys, claims, refreshTokens, appPasswords, emailTokens, reservedKeys } =
      this.#tables
    for (const table of [accounts, preferences, signingKeys, claims]) table.delete(did)
    for (const table of [refreshTokens, appPasswords, emailTokens, reservedKeys]) {
      for (const [key, row] of table) if (row.did === did) table.delete(key)
    }
  }

  setPreferences(did: Did, preferences: string): void {
    this.#tables.preferences.set(did, preferences)
  }

  #put(account: Account, key: number): void {
    // Lower-casing a handle leaves a handle.
    const handle = account.handle?.toLowerCase() as Handle | undefined
    const stored = { ...account, handle, email: account.email?.toLowerCase() }
    for (const field of ['handle', 'email'] as const) {
      const holders = [this.#tables.accountWith(field, stored[field]), this.#tables.claimOn(field, stored[field])]
      if (holders.some((holder) => holder && holder.did !== account.did))
        throw new ConflictError(field, `${field} is taken: ${stored[field]}`)
    }
    this.#tables.accounts.set(account.did, { account: stored, key })
  }
}

const empty: Omit<Account, 'did' | 'createdAt'> = {
  handle: undefined,
  email: undefined,
  emailConfirmedAt: undefined,
  passwordHash: undefined,
  deactivatedAt: undefined,
  deleteAfter: undefined,
  takedown: undefined,
  invitesDisabled: false,
  inviteNote: undefined,
}
