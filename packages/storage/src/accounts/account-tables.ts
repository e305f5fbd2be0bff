import type { Did } from '@atoll/syntax'
import type { Journal } from '../core/journal.ts'
import { JournaledMap } from '../core/journaled-map.ts'
import type { Account } from './account-store.ts'

/** Values, besides the DID, that no two accounts share. */
export type UniqueField = 'handle' | 'email'

interface AccountRow {
  account: Account
  /** Order of creation. */
  key: number
}

/** Accounts of a storage in memory. */
export function accountTable(journal: Journal): JournaledMap<Did, AccountRow> {
  return new JournaledMap(journal, (did) => did)
}

export function preferencesTable(journal: Journal): JournaledMap<Did, string> {
  return new JournaledMap(journal, (did) => did)
}

/** The account that has this handle or e-mail address, ignoring case. */
export function accountHolding(
  accounts: JournaledMap<Did, AccountRow>,
  field: UniqueField,
  value: string | undefined,
): Account | undefined {
  if (value === undefined) return undefined
  const wanted = value.toLowerCase()
  for (const { account } of accounts.values()) if (account[field] === wanted) return account
  return undefined
}
