import type { Did } from '@atoll/syntax'
import {
  addressMatcher,
  clientNetwork,
  isPrivateAddress,
  type RateLimit,
  type RateLimitOptions,
  type RateLimitSubject,
} from '@atoll/xrpc-server'
import { canonicalEmail } from './accounts/email-addresses.ts'
import type { Config } from './config/config.ts'
import { requireIdentifierLength } from './sessions/credentials.ts'

const minute = 60 * 1000
const hour = 60 * minute
const day = 24 * hour

/** Longer text is no mail address, and must not fill the memory. */
const maxAddressLength = 254

/** How many subscriptions one client network may hold: every event costs work for each of them. */
export const subscriptionsPerAddress = 100

/** How much is allowed in which time: the same figures as the network's usual servers. */
export const limits = {
  /** For each client address, over all methods. */
  requests: [{ name: 'requests', points: 3000, durationMs: 5 * minute }],
  /** For each account: 3 points for a create, 2 for an update, 1 for a delete. */
  writes: [
    { name: 'writes-hour', points: 5000, durationMs: hour, key: caller },
    { name: 'writes-day', points: 35_000, durationMs: day, key: caller },
  ],
  createAccount: [{ name: 'createAccount', points: 100, durationMs: 5 * minute }],
  createSession: [
    { name: 'createSession-minutes', points: 30, durationMs: 5 * minute, key: identifierAndAddress },
    { name: 'createSession-day', points: 300, durationMs: day, key: identifierAndAddress },
  ],
  /** For each account: they take its password. */
  secondFactors: [{ name: 'secondFactors', points: 30, durationMs: 5 * minute, key: caller }],
  updateHandle: [
    { name: 'updateHandle-minutes', points: 10, durationMs: 5 * minute, key: caller },
    { name: 'updateHandle-day', points: 50, durationMs: day, key: caller },
  ],
  plcOperations: [
    { name: 'plcOperations-minutes', points: 10, durationMs: 5 * minute, key: caller },
    { name: 'plcOperations-day', points: 50, durationMs: day, key: caller },
  ],
  /** For each client address: each makes this server ask hosts that the client names. */
  refreshIdentity: [{ name: 'refreshIdentity', points: 100, durationMs: 5 * minute }],
  /** For each client address: keys are kept for a week. */
  reserveSigningKey: [
    { name: 'reserveSigningKey-minutes', points: 30, durationMs: 5 * minute },
    { name: 'reserveSigningKey-day', points: 300, durationMs: day },
  ],
  requestEmailConfirmation: mailLimits('requestEmailConfirmation'),
  requestEmailUpdate: mailLimits('requestEmailUpdate'),
  requestPlcOperationSignature: mailLimits('requestPlcOperationSignature'),
  /** For each client address, and for each mail address: nobody's mailbox is to be filled. */
  requestPasswordReset: [
    { name: 'requestPasswordReset-hour', points: 15, durationMs: hour },
    { name: 'requestPasswordReset-day', points: 50, durationMs: day },
    { name: 'requestPasswordReset-address-hour', points: 5, durationMs: hour, key: emailAddress },
    { name: 'requestPasswordReset-address-day', points: 15, durationMs: day, key: emailAddress },
  ],
  resetPassword: [{ name: 'resetPassword', points: 50, durationMs: 5 * minute }],
  /** Each replaces a whole repository. */
  importRepo: [{ name: 'importRepo', points: 30, durationMs: hour, key: caller }],
  /** For each account: these two make this server fetch its DID document anew. */
  activateAccount: [{ name: 'activateAccount', points: 30, durationMs: 5 * minute, key: caller }],
  checkAccountStatus: [{ name: 'checkAccountStatus', points: 100, durationMs: 5 * minute, key: caller }],
  requestAccountDelete: mailLimits('requestAccountDelete'),
  deleteAccount: [{ name: 'deleteAccount', points: 50, durationMs: 5 * minute }],
  uploadBlob: [{ name: 'uploadBlob', points: 1000, durationMs: day, key: caller }],
} satisfies Record<string, readonly RateLimit<never>[]>

/** For methods that mail an account something each time. */
function mailLimits(name: string): RateLimit<never>[] {
  return [
    { name: `${name}-hour`, points: 5, durationMs: hour, key: caller },
    { name: `${name}-day`, points: 15, durationMs: day, key: caller },
  ]
}

function emailAddress({ input }: RateLimitSubject & { input: { email: string } }): string {
  return canonicalEmail(input.email).slice(0, maxAddressLength)
}

function caller({ credentials }: RateLimitSubject): string | undefined {
  return (credentials as { did?: Did } | undefined)?.did
}

/**
 * One key for every spelling of an identifier: a domain beyond ASCII has any number of them, and
 * all sign in to one account. An identifier that is too long is refused before anything is counted.
 */
function identifierAndAddress({ input, ip }: RateLimitSubject & { input: { identifier: string } }): string {
  requireIdentifierLength(input.identifier)
  return `${canonicalEmail(input.identifier)} ${clientNetwork(ip)}`
}

/** The limits of all routes together, as the settings want them. */
export function rateLimits({ enabled, bypassKey, bypassIps }: Config['rateLimits']): RateLimitOptions {
  // The bypass lifts the routes' own limits as well.
  if (!enabled) return { bypass: () => true }
  const isBypassed = addressMatcher(bypassIps)
  return {
    global: limits.requests,
    budgets: limits.writes,
    bypass: ({ ip, headers }) =>
      isBypassed(ip) || (bypassKey !== undefined && headers.get('x-ratelimit-bypass') === bypassKey),
  }
}

/**
 * Whose X-Forwarded-For is believed: that of private addresses, of the proxies that the operator
 * names, and of the addresses without limits. What they pass on for a client counts as the
 * client's.
 */
export function trustedProxies({ proxies, rateLimits }: Pick<Config, 'proxies' | 'rateLimits'>) {
  const isNamed = addressMatcher([...proxies.trusted, ...rateLimits.bypassIps])
  return (address: string): boolean => isPrivateAddress(address) || isNamed(address)
}
