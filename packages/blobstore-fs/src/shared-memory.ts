/** Memory for all who stream at the same time: each gets an equal part of it, within bounds. */
export class SharedMemory {
  readonly #bytes: { all: number; most: number; fewest: number }
  #sharers = 0

  constructor(bytes: { all: number; most: number; fewest: number }) {
    this.#bytes = bytes
  }

  /** What one of them may keep now. */
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
