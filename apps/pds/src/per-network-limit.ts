/** Bounds how many of something each client network has at a time. */
export class PerNetworkLimit {
  readonly #taken = new Map<string, number>()
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  /** Counts one more, and returns the function that ends it; undefined when the network has reached the limit. */
  take(network: string): (() => void) | undefined {
    const taken = this.#taken.get(network) ?? 0
    if (taken >= this.#max) return undefined
    this.#taken.set(network, taken + 1)
    let isGivenBack = false
    return () => {
      if (isGivenBack) return
      isGivenBack = true
      const left = (this.#taken.get(network) ?? 1) - 1
      if (left > 0) this.#taken.set(network, left)
      else this.#taken.delete(network)
    }
  }
}
