import type { Datetime, Did, Handle } from '@atoll/syntax'
import { ConflictError } from '../core/errors.ts'
import type { JournaledMap } from '../core/journaled-map.ts'
import type { MemoryTables } from '../core/memory-tables.ts'
import { compareText } from '../core/order.ts'
import { numberOfCursor, type Page, pageOf } from '../core/page.ts'
import type { Account, AccountStore, AccountWrites, EmailState, NewAccount } from './account-store.ts'
import { accountHolding, accountTable, preferencesTable, type UniqueField } from './account-tables.ts'

/** Values that are claimed for accounts that do not have them yet. */
export interface ClaimedValues {
  /** Those that have a claim. */
  readonly dids: readonly Did[]
  has(did: Did): boolean
  holding(field: UniqueField, value: string | undefined): { readonly did: Did } | undefined
}

export class MemoryAccounts implements AccountStore, AccountWrites {
  readonly #tables: MemoryTables
  readonly #claimed: ClaimedValues
  readonly #accounts: ReturnType<typeof accountTable>
  readonly #preferences: JournaledMap<Did, string>

  constructor(tables: MemoryTables, claimed: ClaimedValues) {
    this.#tables = tables
    this.#claimed = claimed
    this.#accounts = tables.of(accountTable)
    this.#preferences = tables.of(preferencesTable)
  }

  async get(did: Did): Promise<Account | undefined> {
    return this.#accounts.get(did)?.account
  }

  async byHandle(handle: string): Promise<Account | undefined> {
    return accountHolding(this.#accounts, 'handle', handle)
  }

  async byEmail(email: string): Promise<Account | undefined> {
    return accountHolding(this.#accounts, 'email', email)
  }

  async many(dids: readonly Did[]): Promise<Account[]> {
    return dids.flatMap((did) => this.#accounts.get(did)?.account ?? [])
  }

  async list(options: { cursor?: string; limit: number; email?: string }): Promise<Page<Account>> {
    const wanted = options.email?.toLowerCase()
    const after = numberOfCursor(options.cursor)
    const following = [...this.#accounts.values()]
      .filter(({ key }) => key > after)
      .filter(({ account }) => wanted === undefined || account.email?.includes(wanted) === true)
    return pageOf(following, options.limit, { cursor: ({ key }) => String(key), item: ({ account }) => account })
  }

  async count(): Promise<number> {
    return this.#accounts.size
  }

  async due({ at, limit }: { at: Datetime; limit: number }): Promise<Did[]> {
    return [...this.#accounts.values()]
      .flatMap(({ account: { did, deactivatedAt, deleteAfter } }) =>
        deactivatedAt !== undefined && deleteAfter !== undefined && deleteAfter <= at ? [{ did, deleteAfter }] : [],
      )
      .sort((a, b) => compareText(a.deleteAfter, b.deleteAfter) || compareText(a.did, b.did))
      .slice(0, limit)
      .map(({ did }) => did)
  }

  async preferences(did: Did): Promise<string | undefined> {
    return this.#preferences.get(did)
  }

  create(account: NewAccount): void {
    if (this.#accounts.has(account.did) || this.#claimed.has(account.did)) {
      throw new ConflictError('did', `there is an account ${account.did}`)
    }
    this.#put({ ...empty, ...account }, this.#tables.nextNumber('accountKey'))
  }

  update(did: Did, changes: Partial<Account>): void {
    const stored = this.#accounts.get(did)
    if (!stored) throw new ConflictError('did', `no account ${did}`)
    this.#put({ ...stored.account, ...changes, did }, stored.key)
  }

  delete(did: Did): void {
    this.#tables.deleteOwnedBy(did)
  }

  requireEmail({ did, email, emailConfirmedAt }: EmailState): void {
    const account = this.#accounts.get(did)?.account
    if (account?.email === email && account?.emailConfirmedAt === emailConfirmedAt) return
    throw new ConflictError('emailState')
  }

  requireAtMost(max: number): void {
    const newcomers = this.#claimed.dids.filter((did) => !this.#accounts.has(did))
    if (this.#accounts.size + newcomers.length > max) throw new ConflictError('accounts', `more than ${max} accounts`)
  }

  setPreferences(did: Did, preferences: string): void {
    this.#preferences.set(did, preferences)
  }

  #put(account: Account, key: number): void {
    // A lower-cased handle is a handle.
    const handle = account.handle?.toLowerCase() as Handle | undefined
    const stored = { ...account, handle, email: account.email?.toLowerCase() }
    for (const field of ['handle', 'email'] as const) {
      const holders = [
        accountHolding(this.#accounts, field, stored[field]),
        this.#claimed.holding(field, stored[field]),
      ]
      if (holders.some((holder) => holder && holder.did !== account.did)) {
        throw new ConflictError(field, `${field} is taken: ${stored[field]}`)
      }
    }
    this.#accounts.set(account.did, { account: stored, key })
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
