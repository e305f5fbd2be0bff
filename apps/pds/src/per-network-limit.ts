import { CountsByKey } from '@atoll/xrpc-server'

/**
 * Bounds how many of something each client network has at a time.
 *
 * In one process only: each counts for itself.
 */
export class PerNetworkLimit {
  readonly #taken = new CountsByKey()
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  /**
   * Takes one, and returns the function that gives it back; `undefined` when the network has
   * reached the limit.
   */
  take(network: string): (() => void) | undefined {
    if (this.#taken.of(network) >= this.#max) return undefined
    this.#taken.add(network, 1)
    let isGivenBack = false
    return () => {
      if (!isGivenBack) this.#taken.add(network, -1)
      isGivenBack = true
    }
  }
}
