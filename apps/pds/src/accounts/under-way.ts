import type { Claim } from '@atoll/storage'

/** How long what a claim stands for may still be under way somewhere: longer than the directory is waited for. */
const underWayMs = 30_000

/** Whether the request that made a claim may still be at work, or an operation that it handed in may still arrive. */
export function mayBeUnderWay(claim: Pick<Claim, 'claimedAt'>, now: Date): boolean {
  return ageOf(claim, now) < underWayMs
}

/** How many milliseconds ago a claim was made. One from the future was made while the clock was wrong, and is as old as it lies ahead. */
export function ageOf({ claimedAt }: Pick<Claim, 'claimedAt'>, now: Date): number {
  return Math.abs(now.getTime() - Date.parse(claimedAt))
}
