/** How long to wait before trying again, at least and at most. */
export interface Backoff {
  /** Before the first time. Default 1,000. */
  readonly minMs: number
  /** However often it failed. Default 30,000. */
  readonly maxMs: number
}

export const defaultBackoff: Backoff = { minMs: 1000, maxMs: 30_000 }

/**
 * Twice as long each time, and a random part of the second half of it: those who were cut off
 * together come back apart.
 */
export function backoffMs(failures: number, random: () => number, { minMs, maxMs }: Backoff): number {
  const whole = Math.min(maxMs, minMs * 2 ** Math.min(failures, 30))
  return Math.round(whole * (0.5 + random() / 2))
}
