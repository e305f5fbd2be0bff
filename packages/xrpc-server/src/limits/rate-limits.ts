import { XrpcError } from '@atoll/xrpc'
import { type Awaitable, isPromise } from '../http/awaitable.ts'
import { clientNetwork } from '../http/client-address.ts'
import type { RequestHeaders } from '../http/messages.ts'

/** What every limit can look at. */
export interface RateLimitSubject {
  readonly ip: string
  readonly headers: RequestHeaders
  readonly credentials?: unknown
}

/** A number of points in a fixed window of time, for each key. */
export interface RateLimit<S = RateLimitSubject> {
  /** Limits of one name share their windows. */
  name: string
  points: number
  durationMs: number
  /**
   * Whom to count; `undefined` leaves the call uncounted. Default: the client's address (IPv6: its
   * /64).
   */
  key?(subject: S): string | undefined
  /** What a call costs. Default: the route's `points`, or 1. */
  cost?(subject: S): number
}

export interface RateWindow {
  /** Points spent in the window, this call's included. */
  consumed: number
  resetAtMs: number
}

/** Where windows are counted. One shared store makes several processes one limiter. */
export interface RateLimitStore {
  /** Adds the points to the key's window, opening one if there is none, or if it has ended. */
  consume(
    limit: { name: string; durationMs: number },
    key: string,
    points: number,
    nowMs: number,
  ): Awaitable<RateWindow>
}

/** The limit with the least left, for the response's headers. */
export interface RateState extends RateWindow {
  limit: { points: number; durationMs: number }
}

/** Spends a call's points in every limit; the result is the tightest, exceeded or not. */
export function consumeLimits<S extends RateLimitSubject>(
  store: RateLimitStore,
  limits: readonly RateLimit<S>[],
  subject: S,
  points: number,
  nowMs: number,
): Awaitable<RateState | undefined> {
  let tightest: RateState | undefined
  for (const [i, limit] of limits.entries()) {
    const key = limit.key ? limit.key(subject) : clientNetwork(subject.ip)
    if (key === undefined) continue
    const cost = limit.cost?.(subject) ?? points
    const window =
      key.length > maxKeyLength
        ? shortKey(key).then((short) => store.consume(limit, short, cost, nowMs))
        : store.consume(limit, key, cost, nowMs)
    if (isPromise(window)) {
      const soFar = tightest
      return window.then(async (waited) => {
        const rest = await consumeLimits(store, limits.slice(i + 1), subject, points, nowMs)
        return tighter(tighter(soFar, stateOf(limit, waited)), rest)
      })
    }
    tightest = tighter(tightest, stateOf(limit, window))
  }
  return tightest
}

/**
 * Accounts and networks have shorter names. Stores keep a digest of longer keys, which callers
 * could choose.
 */
const maxKeyLength = 128

/** The same key always gives the same digest, so processes that share a store agree. */
async function shortKey(key: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key))
  return `sha256:${Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

function stateOf(limit: RateState['limit'], { consumed, resetAtMs }: RateWindow): RateState {
  return { limit, consumed, resetAtMs }
}

/** The one of two states with less left. */
export function tighter(one: RateState | undefined, other: RateState | undefined): RateState | undefined {
  if (!one || !other) return one ?? other
  return remaining(other) < remaining(one) ? other : one
}

export function isExceeded(state: RateState): boolean {
  return state.consumed > state.limit.points
}

export function rateHeaders(state: RateState): Record<string, string> {
  return {
    'ratelimit-limit': String(state.limit.points),
    'ratelimit-remaining': String(Math.max(0, remaining(state))),
    'ratelimit-reset': String(Math.ceil(state.resetAtMs / 1000)),
    'ratelimit-policy': `${state.limit.points};w=${Math.ceil(state.limit.durationMs / 1000)}`,
  }
}

export function rateLimitExceeded(state: RateState, nowMs: number): XrpcError {
  const seconds = Math.max(1, Math.ceil((state.resetAtMs - nowMs) / 1000))
  return new XrpcError('RateLimitExceeded', 'Rate Limit Exceeded', { headers: { 'retry-after': String(seconds) } })
}

function remaining(state: RateState): number {
  return state.limit.points - state.consumed
}

/**
 * What a window takes besides the characters of its key: its object and the map's entry. Measured:
 * about 100 bytes.
 */
const windowBytes = 128

/** The windows of one limit, in order of opening, and what they take. */
interface LimitWindows {
  readonly windows: Map<string, RateWindow>
  bytes: number
}

/**
 * Counts in this process, in bounded memory.
 *
 * In one process only: another `RateLimitStore` is shared.
 */
export class MemoryRateLimitStore implements RateLimitStore {
  readonly #limits = new Map<string, LimitWindows>()
  readonly #maxKeys: number
  readonly #maxBytes: number
  #bytes = 0

  /**
   * @param options.maxKeys bound of the keys remembered for each limit; beyond it the oldest are
   * forgotten.
   * @param options.maxBytes bound of all windows together; beyond it the limit that takes most
   * forgets its oldest. Default: 32 MiB.
   */
  constructor(options: { maxKeys?: number; maxBytes?: number } = {}) {
    this.#maxKeys = options.maxKeys ?? 50_000
    this.#maxBytes = options.maxBytes ?? 32 * 1024 * 1024
  }

  consume(limit: { name: string; durationMs: number }, key: string, points: number, nowMs: number): RateWindow {
    const own = this.#windowsOf(limit.name)
    const window = own.windows.get(key)
    // A window further ahead than a whole duration was opened before the clock was set back.
    if (window && window.resetAtMs > nowMs && window.resetAtMs <= nowMs + limit.durationMs) {
      window.consumed += points
      return window
    }
    const fresh = { consumed: points, resetAtMs: nowMs + limit.durationMs }
    if (window) this.#forget(own, key)
    this.#makeRoom(own, sizeOf(key), nowMs)
    own.windows.set(key, fresh)
    own.bytes += sizeOf(key)
    this.#bytes += sizeOf(key)
    return fresh
  }

  /** How many windows are held. */
  get size(): number {
    let size = 0
    for (const { windows } of this.#limits.values()) size += windows.size
    return size
  }

  #windowsOf(name: string): LimitWindows {
    let own = this.#limits.get(name)
    if (!own) this.#limits.set(name, (own = { windows: new Map(), bytes: 0 }))
    return own
  }

  // All windows of a limit are equally long, so they end in the order in which they were opened.
  #makeRoom(own: LimitWindows, bytes: number, nowMs: number): void {
    for (const [key, window] of own.windows) {
      if (own.windows.size < this.#maxKeys && window.resetAtMs > nowMs) break
      this.#forget(own, key)
    }
    while (this.#bytes + bytes > this.#maxBytes && this.#bytes > 0) this.#forgetOldest(this.#largest())
  }

  /** A flood of keys in one limit must not make the others forget whom they have counted. */
  #largest(): LimitWindows {
    return [...this.#limits.values()].reduce((most, each) => (each.bytes > most.bytes ? each : most))
  }

  #forgetOldest(own: LimitWindows): void {
    const [oldest] = own.windows.keys()
    if (oldest !== undefined) this.#forget(own, oldest)
  }

  #forget(own: LimitWindows, key: string): void {
    own.windows.delete(key)
    own.bytes -= sizeOf(key)
    this.#bytes -= sizeOf(key)
  }
}

function sizeOf(key: string): number {
  return windowBytes + 2 * key.length
}
