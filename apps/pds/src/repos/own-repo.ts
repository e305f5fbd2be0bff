import { type Cid, parseCid } from '@atoll/data-model'
import type { Did } from '@atoll/syntax'
import type { AccountCaller } from '../access.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { Refused } from '../refused.ts'

/** The DID of the repository that a write names, which must be the caller's own. */
export async function requireOwnRepo(
  accounts: Pick<Accounts, 'find'>,
  repo: string,
  caller: AccountCaller,
): Promise<Did> {
  if (repo === caller.did) return caller.did
  const account = await accounts.find(repo)
  if (account?.did !== caller.did) throw new Refused('AuthenticationRequired', 'Authentication Required')
  return caller.did
}

/** The CID that a swap parameter holds. Refuses text that is none. */
export function swapCid(text: string): Cid {
  try {
    return parseCid(text)
  } catch {
    throw new Refused('InvalidRequest', `'${text}' is not the CID of a commit or record`)
  }
}

/** Refuses with `InvalidSwap` when the repository has moved on from the commit that the caller saw. */
export function requireSwapCommit(swapCommit: string | undefined, head: { cid: Cid }): void {
  if (swapCommit !== undefined && !swapCid(swapCommit).equals(head.cid))
    throw new Refused('InvalidSwap', `Commit was at ${head.cid}`)
}

/** Refuses with `InvalidSwap` when the record is another than the caller saw; null means that there was none. */
export function requireSwapRecord(swapRecord: string | null | undefined, current: Cid | undefined): void {
  if (swapRecord === undefined) return
  const wanted = swapRecord === null ? undefined : swapCid(swapRecord)
  const same = wanted === undefined ? current === undefined : current !== undefined && wanted.equals(current)
  if (!same) throw new Refused('InvalidSwap', `Record was at ${current ?? 'null'}`)
}
