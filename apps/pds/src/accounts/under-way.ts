import type { Claim } from '@atoll/storage'
import { Refused } from '../refused.ts'

/** How long the request that made a claim may take: longer than any wait for the directory. */
export const underWayMs = 30_000

/** Whether the request that made a claim may still be running, or an operation that it submitted may still arrive. */
export function mayBeUnderWay({ claimedAt }: Pick<Claim, 'claimedAt'>, now: Date): boolean {
  return Date.parse(claimedAt) + underWayMs > now.getTime()
}

/** Asks the client to come back once `mayBeUnderWay` has become false. */
export function underWay(what: string): Refused {
  return new Refused('ServiceUnavailable', `${what} is under way; try again in a minute`, {
    headers: { 'retry-after': '60' },
  })
}
