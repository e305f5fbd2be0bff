/** What each account state allows, and the refusals for everything else. */
import { type Account, accountStatus } from '@atoll/storage'
import type { Did } from '@atoll/syntax'
import { maySeeInactive, type Reader } from '../callers.ts'
import { Refused } from '../refused.ts'

export function isActive(account: Account): boolean {
  return accountStatus(account) === 'active'
}

/** An account of this server, in whatever state. Refuses with `AccountNotFound`. */
export function requireAccount(account: Account | undefined, did: Did, what?: string): Account {
  if (!account) throw accountNotFound(did, what)
  return account
}

/** Refuses with `AccountTakedown`. */
export function requireNotTakendown(account: Account): Account {
  if (accountStatus(account) === 'takendown') throw new Refused('AccountTakedown', 'Account has been taken down')
  return account
}

/**
 * The account whose repository may be written. Refuses with `RepoNotFound`, `AccountTakedown` or
 * `AccountDeactivated`.
 */
export function requireWritable(account: Account | undefined, did: Did): Account {
  if (!account) throw repoNotFound(did)
  requireNotTakendown(account)
  if (accountStatus(account) === 'deactivated') throw new Refused('AccountDeactivated', 'Account is deactivated')
  return account
}

/**
 * The account whose records may be read: one that is there and active. Refuses any other with
 * `InvalidRequest`.
 */
export function requireReadable(account: Account | undefined, repo: string): Account {
  if (!account || !isActive(account)) throw noSuchRepo(repo)
  return account
}

/**
 * The account whose repository may be synchronised: an active one, or any for its owner and the
 * administrator. Refuses with `RepoNotFound`, `RepoTakendown` or `RepoDeactivated`.
 */
export function requireSyncable(account: Account | undefined, did: string, caller: Reader): Account {
  if (!account) throw repoNotFound(did)
  if (maySeeInactive(caller, account.did)) return account
  const status = accountStatus(account)
  if (status === 'takendown') throw new Refused('RepoTakendown', `Repo has been takendown: ${did}`)
  if (status === 'deactivated') throw new Refused('RepoDeactivated', `Repo has been deactivated: ${did}`)
  return account
}

/** For methods that synchronise. */
export function repoNotFound(did: string): Refused {
  return new Refused('RepoNotFound', `Could not find repo for DID: ${did}`)
}

/** For methods that read and write records. */
export function noSuchRepo(repo: string): Refused {
  return new Refused('InvalidRequest', `Could not find repo: ${repo}`)
}

/** For methods about the caller's account. `what` is the word for what could not be found. */
export function accountNotFound(did: Did, what = 'account'): Refused {
  return new Refused('AccountNotFound', `Could not find ${what}: ${did}`)
}
