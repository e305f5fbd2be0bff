import type { Claim } from '@atoll/storage'

/** How long what a claim stands for may still be under way somewhere: longer than the directory is waited for. */
export const underWayMs = 30_000

/** Whether the request that made a claim may still be at work, or an operation that it handed in may still arrive. */
export function mayBeUnderWay({ claimedAt }: Pick<Claim, 'claimedAt'>, now: Date): boolean {
  return Date.parse(claimedAt) + underWayMs > now.getTime()
}
