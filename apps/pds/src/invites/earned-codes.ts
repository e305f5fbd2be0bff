import type { InviteCode } from '@atoll/storage'

/** When accounts earn codes. */
export interface InviteSchedule {
  /** The time in which an account earns one code, in milliseconds. */
  readonly intervalMs: number
  /** Milliseconds since 1970; time before it earns nothing. */
  readonly epoch: number
}

interface EarningAccount {
  readonly createdAt: string
  readonly invitesDisabled: boolean
}

/** How many codes that it made an account may have without using them. */
const maxUnused = 5

/**
 * How many codes an account may make now: one for each interval since it was created, less those
 * that it has made. Codes that the administrator gave it do not count.
 *
 * @param made the codes that the account has made, used ones included
 */
export function earnedCodes(
  { createdAt, invitesDisabled }: EarningAccount,
  made: readonly InviteCode[],
  { intervalMs, epoch }: InviteSchedule,
  now: number,
): number {
  if (invitesDisabled) return 0
  const earned = Math.floor((now - Math.max(Date.parse(createdAt), epoch)) / intervalMs)
  const sinceEpoch = made.filter((code) => Date.parse(code.createdAt) > epoch)
  const unused = made.filter((code) => !code.disabled && code.uses.length < code.availableUses)
  return Math.max(0, Math.min(maxUnused - unused.length, earned - sinceEpoch.length))
}
