import type { Claim } from '@atoll/storage'
import { Refused } from '../refused.ts'

/** How long the request that made a claim may take: longer than any wait for the directory. */
const underWayMs = 30_000

/** Whether the request that made a claim may still be running, or an operation that it submitted may still arrive. */
export function mayBeUnderWay(claim: Pick<Claim, 'claimedAt'>, now: number): boolean {
  return ageOf(claim, now) < underWayMs
}

/** How many milliseconds ago a claim was made. One from the future was made while the clock was wrong, and is as old as it lies ahead. */
export function ageOf({ claimedAt }: Pick<Claim, 'claimedAt'>, now: number): number {
  return Math.abs(now - Date.parse(claimedAt))
}

/** Asks the client to come back once `mayBeUnderWay` has become false. */
export function underWay(what: string): Refused {
  return new Refused('ServiceUnavailable', `${what} is under way; try again in a minute`, {
    headers: { 'retry-after': '60' },
  })
}
