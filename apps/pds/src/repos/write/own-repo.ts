import type { Cid } from '@atoll/data-model'
import type { Did } from '@atoll/syntax'
import type { AccountCaller } from '../../access.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import { Refused } from '../../refused.ts'
import { requestedCid } from '../cid-text.ts'

/** The DID of the repository that a write names, which must be the caller's own. */
export async function requireOwnRepo(
  accounts: Pick<Accounts, 'find'>,
  repo: string,
  caller: AccountCaller,
): Promise<Did> {
  if (repo === caller.did) return caller.did
  const account = await accounts.find(repo)
  if (!account) throw new Refused('InvalidRequest', `Could not find repo: ${repo}`)
  if (account.did !== caller.did) throw new Refused('AuthenticationRequired', 'Authentication Required')
  return caller.did
}

/** Refuses with `InvalidSwap` when the repository has moved on from the commit that the caller saw. */
export function requireSwapCommit(swapCommit: string | undefined, head: { cid: Cid }): void {
  if (swapCommit !== undefined && !requestedCid(swapCommit).equals(head.cid))
    throw new Refused('InvalidSwap', `Commit was at ${head.cid}`)
}

/** Refuses with `InvalidSwap` when the record is another than the caller saw; null means that there was none. */
export function requireSwapRecord(swapRecord: string | null | undefined, current: Cid | undefined): void {
  if (swapRecord === undefined) return
  const wanted = swapRecord === null ? undefined : requestedCid(swapRecord)
  const same = wanted === undefined ? current === undefined : current !== undefined && wanted.equals(current)
  if (!same) throw new Refused('InvalidSwap', `Record was at ${current ?? 'null'}`)
}
