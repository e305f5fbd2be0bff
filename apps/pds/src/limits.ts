import type { Did } from '@atoll/syntax'
import type { RateLimit, RateLimitSubject } from '@atoll/xrpc-server'

const minute = 60 * 1000
const hour = 60 * minute
const day = 24 * hour

/** How many subscriptions one client network may hold: every event costs work for each of them. */
export const subscriptionsPerAddress = 100

/** How much is allowed in which time: the same figures as the network's usual servers. */
export const limits = {
  /** Of every client address, whatever it asks for. */
  requests: [{ name: 'requests', points: 3000, durationMs: 5 * minute }],
  /** Of every account: 3 points for a create, 2 for an update, 1 for a delete. */
  writes: [
    { name: 'writes-hour', points: 5000, durationMs: hour, key: caller },
    { name: 'writes-day', points: 35_000, durationMs: day, key: caller },
  ],
  createAccount: [{ name: 'createAccount', points: 100, durationMs: 5 * minute }],
  createSession: [
    { name: 'createSession-minutes', points: 30, durationMs: 5 * minute, key: identifierAndAddress },
    { name: 'createSession-day', points: 300, durationMs: day, key: identifierAndAddress },
  ],
  updateHandle: [
    { name: 'updateHandle-minutes', points: 10, durationMs: 5 * minute, key: caller },
    { name: 'updateHandle-day', points: 50, durationMs: day, key: caller },
  ],
  uploadBlob: [{ name: 'uploadBlob', points: 1000, durationMs: day, key: caller }],
} satisfies Record<string, readonly RateLimit<never>[]>

function caller({ credentials }: RateLimitSubject): string | undefined {
  return (credentials as { did?: Did } | undefined)?.did
}

function identifierAndAddress({ input, ip }: RateLimitSubject & { input: { identifier: string } }): string {
  return `${input.identifier.trim().toLowerCase()} ${ip}`
}
