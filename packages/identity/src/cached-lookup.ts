import type { AtIdentifier, Did } from '@atoll/syntax'
import type { CachedAnswer, IdentityCache } from './cache.ts'
import type { DidDocument } from './did-document.ts'
import { Failures } from './failures.ts'
import { Flights } from './flights.ts'

export interface CacheTimes {
  /** Up to this age an answer is as good as new. */
  staleMs: number
  /** Up to this age it is given while a new one is fetched; past it, callers wait. */
  maxMs: number
  /** How long "there is none" is believed, and a document that is none. */
  negativeMs: number
  /** How long a source that could not be asked is left alone, unless a caller asks to refresh. */
  failureMs: number
}

export const defaultCacheTimes: CacheTimes = {
  staleMs: 60 * 60 * 1000,
  maxMs: 24 * 60 * 60 * 1000,
  negativeMs: 60 * 1000,
  failureMs: 5 * 1000,
}

export interface CachedLookupOptions<K extends AtIdentifier, V extends DidDocument | Did> {
  cache: IdentityCache
  times: CacheTimes
  now: () => number
  /** `undefined` is an answer and is kept; an error is none: it is remembered for a moment, and what was known before stays. */
  lookup: (identifier: K) => Promise<V | undefined>
  isValue: (value: DidDocument | Did) => value is V
  onError: (error: unknown, identifier: AtIdentifier) => void
}

/** One kind of lookup behind the cache: concurrent callers share it, and stale answers are renewed in the background. */
export class CachedLookup<K extends AtIdentifier, V extends DidDocument | Did> {
  readonly #options: CachedLookupOptions<K, V>
  readonly #flights = new Flights<K, V | undefined>()
  readonly #failures: Failures

  constructor(options: CachedLookupOptions<K, V>) {
    this.#options = options
    this.#failures = new Failures(options.times)
  }

  async get(identifier: K, { refresh = false }: { refresh?: boolean } = {}): Promise<V | undefined> {
    if (refresh) return this.#flights.joinNext(identifier, () => this.#fetch(identifier))
    const known = await this.#known(identifier)
    const age = known === undefined ? Number.POSITIVE_INFINITY : this.#ageOf(known)
    const failure = this.#failures.find(identifier, this.#options.now())
    if (known === undefined || age > this.#keptMs(known)) {
      if (failure) throw failure.error
      return this.#join(identifier)
    }
    if (known.value !== null && age > this.#options.times.staleMs && !failure) this.#renew(identifier)
    return this.#valueOf(known)
  }

  async forget(identifier: K): Promise<void> {
    this.#failures.delete(identifier)
    await this.#options.cache.delete(identifier)
  }

  /** A broken cache costs a lookup, not the answer. */
  async #known(identifier: K): Promise<CachedAnswer | undefined> {
    try {
      const known = await this.#options.cache.get(identifier)
      return known?.value == null || this.#options.isValue(known.value) ? known : undefined
    } catch (error) {
      this.#options.onError(error, identifier)
      return undefined
    }
  }

  /** An answer from the future was kept before the clock went back: it is not believed. */
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

  #join(identifier: K): Promise<V | undefined> {
    return this.#flights.join(identifier, () => this.#fetch(identifier))
  }

  #renew(identifier: K): void {
    this.#join(identifier).catch((error) => this.#options.onError(error, identifier))
  }

  async #fetch(identifier: K): Promise<V | undefined> {
    const { cache, lookup, now, onError } = this.#options
    const time = now()
    const value = await lookup(identifier).catch((error: unknown) => {
      this.#failures.set(identifier, { error, time: now() })
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
