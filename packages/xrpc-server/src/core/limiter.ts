import type { Procedure, Query } from '@atoll/lexicon'
import { type Awaitable, isPromise } from '../http/awaitable.ts'
import type { RouterRequest } from '../http/messages.ts'
import {
  consumeLimits,
  isExceeded,
  MemoryRateLimitStore,
  type RateLimit,
  type RateLimitStore,
  type RateLimitSubject,
  type RateState,
  rateLimitExceeded,
  tighter,
} from '../limits/rate-limits.ts'
import type { Exchange } from './exchange.ts'
import type { RateLimitOptions } from './options.ts'
import type { Call, RouteOptions } from './route.ts'

/** Spends points in the router's rate limits: the global ones, and those of routes. */
export class Limiter {
  readonly #options: RateLimitOptions
  readonly #now: () => number
  readonly #store: RateLimitStore

  constructor(options: RateLimitOptions, now: () => number) {
    this.#options = options
    this.#now = now
    this.#store = options.store ?? new MemoryRateLimitStore()
  }

  /** Whether this caller is counted at all, which `bypass` decides. */
  counts(request: RouterRequest): boolean {
    return !this.#options.bypass?.(request)
  }

  get hasGlobal(): boolean {
    return (this.#options.global?.length ?? 0) > 0
  }

  /** Spends a point in each global limit. @throws XrpcError 429 */
  spendGlobal(exchange: Exchange): Awaitable<void> {
    return this.#spend(this.#options.global ?? [], exchange.request, 1, exchange)
  }

  /** Spends what a call costs in the limits of its route. @throws XrpcError 429 */
  async spend(call: Call<Query | Procedure>, exchange: Exchange, { points, limits }: RouteOptions): Promise<void> {
    if (points !== undefined && this.#options.budgets) {
      const cost = typeof points === 'function' ? points(call) : points
      await this.#spend(this.#options.budgets, call, cost, exchange)
    }
    if (limits) await this.#spend(limits, call, 1, exchange)
  }

  #spend<S extends RateLimitSubject>(
    limits: readonly RateLimit<S>[],
    subject: S,
    points: number,
    exchange: Exchange,
  ): Awaitable<void> {
    const spending = consumeLimits(this.#store, limits, subject, points, this.#now())
    if (isPromise(spending)) return spending.then((state) => this.#check(state, exchange))
    this.#check(spending, exchange)
  }

  #check(state: RateState | undefined, exchange: Exchange): void {
    exchange.rate = tighter(exchange.rate, state)
    if (state && isExceeded(state)) throw rateLimitExceeded(state, this.#now())
  }
}
