import { entryBytes } from '@atoll/recent-map'
import { XrpcError } from '@atoll/xrpc'
import type { Awaitable } from '../http/awaitable.ts'

/** Remembers which service tokens have been used. All processes of a service must share it. */
export interface SeenTokens {
  /**
   * Remembers a token until it expires (seconds since the epoch). Returns false if it was known
   * already.
   */
  add(token: string, exp: number): Awaitable<boolean>
}

/**
 * Remembers the tokens that one process has seen, in bounded memory. To forget one too early would
 * let it be used twice, so new tokens are refused while it is full.
 *
 * In one process only: another `SeenTokens` is shared.
 */
export class MemorySeenTokens implements SeenTokens {
  readonly #expirations = new Map<string, number>()
  readonly #maxBytes: number
  readonly #now: () => number
  #bytes = 0
  #nextSweep = 0

  /** @param options.maxBytes 32 MiB by default: about a hundred thousand tokens. */
  constructor({ maxBytes = 32 * 1024 * 1024, now = Date.now }: { maxBytes?: number; now?: () => number } = {}) {
    this.#maxBytes = maxBytes
    this.#now = now
  }

  get bytes(): number {
    return this.#bytes
  }

  add(token: string, exp: number): boolean {
    const now = this.#now() / 1000
    const known = this.#expirations.get(token)
    if (known !== undefined && known > now) return false
    const bytes = known === undefined ? sizeOf(token) : 0
    if (now >= this.#nextSweep) this.#sweep(now)
    if (this.#bytes + bytes > this.#maxBytes) {
      throw new XrpcError('ServiceUnavailable', 'too many tokens are remembered at the moment; try again in a minute', {
        headers: { 'retry-after': '60' },
      })
    }
    if (known === undefined || !this.#expirations.has(token)) this.#bytes += sizeOf(token)
    this.#expirations.set(token, exp)
    return true
  }

  /** At most once a second: a full store must not cost a whole pass for each token. */
  #sweep(now: number): void {
    this.#nextSweep = now + 1
    for (const [token, exp] of this.#expirations) {
      if (exp > now) continue
      this.#expirations.delete(token)
      this.#bytes -= sizeOf(token)
    }
  }
}

function sizeOf(token: string): number {
  return 2 * token.length + entryBytes
}
