import { MemoryRateLimitStore } from '@atoll/xrpc-server'
import { Refused } from '../refused.ts'

interface SignUpBrakeOptions {
  /** For all clients together. */
  readonly perHour: number | undefined
  /** For each client network. */
  readonly perNetworkPerHour: number | undefined
  readonly now?: () => number
}

const hour = 60 * 60 * 1000
const everybody = 'everybody'

/**
 * Bounds how fast new accounts are made, so that bots are slow and a flood stops.
 *
 * In one process only: each counts for itself.
 */
export class SignUpBrake {
  readonly #perHour: number | undefined
  readonly #perNetworkPerHour: number | undefined
  readonly #now: () => number
  readonly #counts = new MemoryRateLimitStore({ maxKeys: 20_000, maxBytes: 4 * 1024 * 1024 })

  constructor({ perHour, perNetworkPerHour, now = Date.now }: SignUpBrakeOptions) {
    this.#perHour = perHour
    this.#perNetworkPerHour = perNetworkPerHour
    this.#now = now
  }

  /**
   * Counts a sign-up while it is made, and takes it back if it fails: a mistyped field costs
   * nothing, and sign-ups at the same time are all counted. Refuses with `RateLimitExceeded`.
   */
  async count<T>(network: string, signUp: () => Promise<T>): Promise<T> {
    const limits = [
      { name: 'sign-ups of a network', key: network, max: this.#perNetworkPerHour },
      { name: 'sign-ups', key: everybody, max: this.#perHour },
    ].filter((limit): limit is Limit => limit.max !== undefined)
    for (const limit of limits) this.#requireRoom(limit)
    for (const limit of limits) this.#add(limit, 1)
    try {
      return await signUp()
    } catch (error) {
      for (const limit of limits) this.#add(limit, -1)
      throw error
    }
  }

  #requireRoom(limit: Limit): void {
    const { consumed, resetAtMs } = this.#add(limit, 0)
    if (consumed < limit.max) return
    const seconds = Math.max(1, Math.ceil((resetAtMs - this.#now()) / 1000))
    const whose = limit.key === everybody ? '' : ' from your network'
    throw new Refused('RateLimitExceeded', `Too many new accounts${whose} in the last hour: try again later`, {
      headers: { 'retry-after': String(seconds) },
    })
  }

  #add({ name, key }: Limit, signUps: number) {
    return this.#counts.consume({ name, durationMs: hour }, key, signUps, this.#now())
  }
}

interface Limit {
  readonly name: string
  readonly key: string
  readonly max: number
}
