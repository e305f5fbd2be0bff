import type { Datetime, Did, Handle } from '@atoll/syntax'
import type { Page } from '../core/page.ts'
import type { MethodNames } from '../core/storage.ts'

export type AccountStatus = 'active' | 'takendown' | 'deactivated'

/** An account as the server keeps it. Handles and e-mail addresses are stored in lower case, and each belongs to one account. */
export interface Account {
  did: Did
  handle: Handle | undefined
  email: string | undefined
  emailConfirmedAt: Datetime | undefined
  passwordHash: string | undefined
  createdAt: Datetime
  deactivatedAt: Datetime | undefined
  /** When a deactivated account asked to be deleted. */
  deleteAfter: Datetime | undefined
  /** Reference of the moderation action that took the account down. */
  takedown: string | undefined
  invitesDisabled: boolean
  inviteNote: string | undefined
}

/** A new account: what is left out is undefined or false. */
export type NewAccount = Pick<Account, 'did' | 'createdAt'> & Partial<Account>

/** A takedown outweighs a deactivation. */
export function accountStatus(account: Pick<Account, 'takedown' | 'deactivatedAt'>): AccountStatus {
  if (account.takedown !== undefined) return 'takendown'
  return account.deactivatedAt === undefined ? 'active' : 'deactivated'
}

/** Accounts as committed. */
export interface AccountStore {
  get(did: Did): Promise<Account | undefined>
  byHandle(handle: string): Promise<Account | undefined>
  byEmail(email: string): Promise<Account | undefined>
  /** Those of `dids` that have an account, in the order asked for. */
  many(dids: readonly Did[]): Promise<Account[]>
  /** Accounts in order of creation; with `email` those whose address contains it, whatever the case. */
  list(options: { cursor?: string; limit: number; email?: string }): Promise<Page<Account>>
  count(): Promise<number>
  /** The account's preferences, as last set. */
  preferences(did: Did): Promise<string | undefined>
}

/** How a transaction changes accounts. */
export interface AccountWrites {
  /** `ConflictError` with `did`, `handle` or `email` when an account has or claims it. The DID's own claim has to be released first. */
  create(account: NewAccount): void
  /**
   * Changes what is named; a key that is there with undefined clears. An unknown DID is a `ConflictError('did')`; a handle or e-mail
   * address that another account has or has claimed conflicts.
   */
  update(did: Did, changes: Partial<Omit<Account, 'did' | 'createdAt'>>): void
  /** The account with its sessions, app passwords, e-mail tokens, keys, claim and preferences. What is not there is no error. */
  delete(did: Did): void
  setPreferences(did: Did, preferences: string): void
}

/** Accounts, as a part of a storage. */
export interface AccountPart {
  readonly stores: { readonly accounts: AccountStore }
  readonly writes: { readonly accounts: AccountWrites }
}

export const accountMethods: MethodNames<AccountPart['writes']> = {
  accounts: { create: true, update: true, delete: true, setPreferences: true },
}
