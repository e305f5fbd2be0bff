/** A memory budget for concurrent streams: each gets an equal share, within bounds. */
export class SharedMemory {
  readonly #bytes: { all: number; most: number; fewest: number }
  #sharers = 0

  constructor(bytes: { all: number; most: number; fewest: number }) {
    this.#bytes = bytes
  }

  /** The share of each stream at present, in bytes. */
  get part(): number {
    const { all, most, fewest } = this.#bytes
    return Math.min(most, Math.max(fewest, Math.floor(all / this.#sharers)))
  }

  join(): void {
    this.#sharers++
  }

  leave(): void {
    this.#sharers--
  }
}
