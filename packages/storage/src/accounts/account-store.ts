import type { Datetime, Did, Handle } from '@atoll/syntax'
import type { Page } from '../core/page.ts'
import type { MethodNames } from '../core/storage.ts'

export type AccountStatus = 'active' | 'takendown' | 'deactivated'

/**
 * An account as the server keeps it. Handles and e-mail addresses are stored in lower case, and
 * each belongs to one account.
 */
export interface Account {
  did: Did
  handle: Handle | undefined
  email: string | undefined
  emailConfirmedAt: Datetime | undefined
  passwordHash: string | undefined
  createdAt: Datetime
  deactivatedAt: Datetime | undefined
  /** The time after which a deactivated account may be deleted, if its owner set one. */
  deleteAfter: Datetime | undefined
  /** The reference of the moderation action that took the account down. */
  takedown: string | undefined
  invitesDisabled: boolean
  inviteNote: string | undefined
}

/** A new account; fields that are left out are undefined or false. */
export type NewAccount = Pick<Account, 'did' | 'createdAt'> & Partial<Account>

/** The status of an account; a takedown takes precedence over a deactivation. */
export function accountStatus(account: Pick<Account, 'takedown' | 'deactivatedAt'>): AccountStatus {
  if (account.takedown !== undefined) return 'takendown'
  return account.deactivatedAt === undefined ? 'active' : 'deactivated'
}

/** Committed accounts. */
export interface AccountStore {
  get(did: Did): Promise<Account | undefined>
  byHandle(handle: string): Promise<Account | undefined>
  byEmail(email: string): Promise<Account | undefined>
  /** Those of `dids` that have an account, in the order asked for. */
  many(dids: readonly Did[]): Promise<Account[]>
  /**
   * Accounts in order of creation; with `email`, only those whose address contains it, ignoring
   * case.
   */
  list(options: { cursor?: string; limit: number; email?: string }): Promise<Page<Account>>
  count(): Promise<number>
  /** Deactivated accounts whose `deleteAfter` is not later than `at`, the earliest first. */
  due(options: { at: Datetime; limit: number }): Promise<Did[]>
  /** The account's preferences, as last set. */
  preferences(did: Did): Promise<string | undefined>
}

/** How a transaction changes accounts. */
export interface AccountWrites {
  /**
   * `ConflictError` with `did`, `handle` or `email` if an account has or claims it. The DID's own
   * claim has to be released first.
   */
  create(account: NewAccount): void
  /**
   * Changes the given fields; a field that is given as undefined is cleared. `ConflictError` with
   * `did` if there is no such account, with `handle` or `email` if another account has or claims
   * the value.
   */
  update(did: Did, changes: Partial<Omit<Account, 'did' | 'createdAt'>>): void
  /**
   * Deletes the account with everything that is stored for it, except its repository, its events
   * and the document of its DID: sessions, app passwords, second factors, e-mail tokens, messages
   * to send, keys, claim, preferences, takedowns, invite codes that it was given, and what is known
   * of its blobs. The caller has to delete their bytes. It is not an error if there is no account.
   */
  delete(did: Did): void
  /**
   * `ConflictError('accounts')` if there are more than `max` accounts by now, with the claims of
   * DIDs that have no account yet. Call it after what adds one: of transactions that race for the
   * last place, one commits.
   */
  requireAtMost(max: number): void
  /**
   * `ConflictError('emailState')` unless the account has this address, and since this time as a
   * confirmed one: for what was decided on them before the transaction.
   */
  requireEmail(account: EmailState): void
  setPreferences(did: Did, preferences: string): void
}

/** The address of an account, and since when it is confirmed. */
export type EmailState = Pick<Account, 'did' | 'email' | 'emailConfirmedAt'>

/** Accounts, as a part of a storage. */
export interface AccountPart {
  readonly stores: { readonly accounts: AccountStore }
  readonly writes: { readonly accounts: AccountWrites }
}

export const accountMethods: MethodNames<AccountPart['writes']> = {
  accounts: { create: true, update: true, delete: true, requireAtMost: true, requireEmail: true, setPreferences: true },
}
