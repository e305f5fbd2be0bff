import { type Account, accountStatus } from '@atoll/storage'
import { maySeeInactive, type Reader } from '../../access.ts'
import { Refused } from '../../refused.ts'

/** The account whose records may be read: one that is there and active. */
export function requireReadable(account: Account | undefined, repo: string): Account {
  if (!account || accountStatus(account) !== 'active')
    throw new Refused('InvalidRequest', `Could not find repo: ${repo}`)
  return account
}

/** The account whose repository may be synchronised: an active one, or any for its owner and the administrator. */
export function requireSynced(account: Account | undefined, did: string, caller: Reader): Account {
  if (!account) throw new Refused('RepoNotFound', `Could not find repo for DID: ${did}`)
  if (maySeeInactive(caller, account.did)) return account
  const status = accountStatus(account)
  if (status === 'takendown') throw new Refused('RepoTakendown', `Repo has been takendown: ${did}`)
  if (status === 'deactivated') throw new Refused('RepoDeactivated', `Repo has been deactivated: ${did}`)
  return account
}
