import { entryBytes, RecentMap } from '@atoll/recent-map'
import type { AtIdentifier, Did } from '@atoll/syntax'
import type { DidDocument } from '../did/document.ts'
import { TooManyLookupsError } from '../errors.ts'
import { Failures } from './failures.ts'
import type { CachedAnswer, IdentityCache } from './identity-cache.ts'
import type { LookupBound } from './lookup-bound.ts'
import { SingleFlight } from './single-flight.ts'
import { bytesOfText } from './text-bytes.ts'

export interface CacheTimes {
  /** Up to this age an answer is as good as new. */
  staleMs: number
  /** Up to this age it is returned while a new one is fetched; past it, callers wait. */
  maxMs: number
  /** How long "no such identity" and an invalid document are cached. */
  negativeMs: number
  /**
   * How long a source that could not be asked is left alone. For callers who ask to refresh,
   * `minRefreshMs` applies if it is shorter.
   */
  failureMs: number
  /**
   * How soon after a caller asked to refresh a DID it may be refreshed again. Until then such
   * callers get what is cached, or the error of the lookup that failed last.
   */
  minRefreshMs: number
}

export const defaultCacheTimes: CacheTimes = {
  staleMs: 60 * 60 * 1000,
  maxMs: 24 * 60 * 60 * 1000,
  negativeMs: 60 * 1000,
  failureMs: 5 * 1000,
  minRefreshMs: 10 * 1000,
}

export interface CachedLookupOptions<K extends AtIdentifier, V extends DidDocument | Did> {
  cache: IdentityCache
  times: CacheTimes
  now: () => number
  /**
   * `undefined` (no such identity) is cached. An error is not: the previous answer stays, and the
   * failure is remembered briefly.
   */
  lookup: (identifier: K, signal: AbortSignal) => Promise<V | undefined>
  isValue: (value: DidDocument | Did) => value is V
  onError: (error: unknown, identifier: AtIdentifier) => void
  /** Bounds the lookups under way, with others of its kind. */
  boundOf: (identifier: K) => LookupBound
}

interface GetOptions {
  readonly refresh?: boolean | undefined
  readonly onLookup?: (() => void) | undefined
  readonly signal?: AbortSignal | undefined
}

const maxRefreshedBytes = 4 * 1024 * 1024

/**
 * One kind of lookup behind the cache: concurrent callers share it, and stale answers are renewed
 * in the background.
 *
 * In one process only: callers of other processes do not share a lookup.
 */
export class CachedLookup<K extends AtIdentifier, V extends DidDocument | Did> {
  readonly #options: CachedLookupOptions<K, V>
  readonly #flights = new SingleFlight<K, V | undefined>()
  readonly #failures: Failures
  /**
   * When each identifier was last refreshed on request, and whether another request came too soon.
   */
  readonly #refreshed = new RecentMap<K, { time: number; isOwed: boolean }>({
    maxSize: maxRefreshedBytes,
    sizeOf: (_, identifier) => bytesOfText(identifier) + entryBytes,
  })

  constructor(options: CachedLookupOptions<K, V>) {
    this.#options = options
    this.#failures = new Failures(options.times)
  }

  async get(identifier: K, options: GetOptions = {}): Promise<V | undefined> {
    const { refresh = false, signal } = options
    signal?.throwIfAborted()
    const justFailed = refresh ? this.#justFailed(identifier) : undefined
    if (justFailed) throw justFailed.error
    if (this.#mustRefresh(identifier, refresh)) return this.#refresh(identifier, options)
    const known = await this.#known(identifier)
    const age = known === undefined ? Number.POSITIVE_INFINITY : this.#ageOf(known)
    const failure = this.#failures.find(identifier, this.#options.now())
    if (known === undefined || age > this.#keptMs(known)) {
      if (failure) throw failure.error
      return this.#join(identifier, options)
    }
    if (known.value !== null && age > this.#options.times.staleMs && !failure) this.#renew(identifier)
    return this.#valueOf(known)
  }

  async forget(identifier: K): Promise<void> {
    this.#failures.delete(identifier)
    this.#refreshed.delete(identifier)
    await this.#options.cache.delete(identifier)
  }

  /**
   * Resolves to an answer whose lookup began after the call, unless another caller refreshed it
   * meanwhile.
   */
  async #refresh(identifier: K, options: GetOptions): Promise<V | undefined> {
    await this.#flights.ended(identifier, options.signal)
    if (!this.#mustRefresh(identifier, true)) return this.get(identifier, { ...options, refresh: false })
    try {
      return await this.#join(identifier, options)
    } finally {
      this.#refreshed.set(identifier, { time: this.#options.now(), isOwed: false })
    }
  }

  /** A failure so recent that asking the source again would hardly tell anything new. */
  #justFailed(identifier: K): { error: unknown } | undefined {
    const now = this.#options.now()
    const failure = this.#failures.find(identifier, now)
    return failure && now - failure.time < this.#options.times.minRefreshMs ? failure : undefined
  }

  /**
   * A caller who asks too soon gets what is cached, and the next one after the interval a new
   * answer.
   */
  #mustRefresh(identifier: K, isAsked: boolean): boolean {
    const last = this.#refreshed.get(identifier)
    const age = last === undefined ? Number.POSITIVE_INFINITY : this.#options.now() - last.time
    if (age < 0 || age >= this.#options.times.minRefreshMs) return isAsked || last?.isOwed === true
    if (last && isAsked) last.isOwed = true
    return false
  }

  /** If the cache fails, the identifier is looked up. */
  async #known(identifier: K): Promise<CachedAnswer | undefined> {
    try {
      const known = await this.#options.cache.get(identifier)
      return known?.value == null || this.#options.isValue(known.value) ? known : undefined
    } catch (error) {
      this.#options.onError(error, identifier)
      return undefined
    }
  }

  /** An answer from the future was cached before the clock was set back: it is not used. */
  #ageOf(known: CachedAnswer): number {
    const age = this.#options.now() - known.time
    return age >= 0 ? age : Number.POSITIVE_INFINITY
  }

  #keptMs(known: CachedAnswer): number {
    return known.value === null ? this.#options.times.negativeMs : this.#options.times.maxMs
  }

  #valueOf(known: CachedAnswer): V | undefined {
    return known.value !== null && this.#options.isValue(known.value) ? known.value : undefined
  }

  async #join(identifier: K, { onLookup, signal }: GetOptions = {}): Promise<V | undefined> {
    const bound = this.#options.boundOf(identifier)
    if (!this.#flights.has(identifier)) {
      if (bound.isReached) throw new TooManyLookupsError(identifier)
      onLookup?.()
    }
    return this.#flights.join(identifier, (ending) => bound.count(this.#fetch(identifier, ending)), signal)
  }

  /** Renews an answer, unless too many lookups are under way: the stale one will do for longer. */
  #renew(identifier: K): void {
    if (this.#options.boundOf(identifier).isReached) return
    this.#join(identifier).catch((error) => this.#options.onError(error, identifier))
  }

  async #fetch(identifier: K, signal: AbortSignal): Promise<V | undefined> {
    const { cache, lookup, now, onError } = this.#options
    const time = now()
    const value = await lookup(identifier, signal).catch((error: unknown) => {
      // A lookup that its callers have left says nothing about the source.
      if (!signal.aborted) this.#failures.set(identifier, { error, time: now() })
      throw error
    })
    this.#failures.delete(identifier)
    try {
      await cache.set(identifier, { value: value ?? null, time })
    } catch (error) {
      onError(error, identifier)
    }
    return value
  }
}
