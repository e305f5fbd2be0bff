/**
 * A count for each key, such as a client network. A key whose count is back at zero takes no
 * memory.
 *
 * In one process only: each counts for itself.
 */
export class CountsByKey {
  readonly #counts = new Map<string, number>()

  of(key: string): number {
    return this.#counts.get(key) ?? 0
  }

  add(key: string, change: number): void {
    const count = this.of(key) + change
    if (count > 0) this.#counts.set(key, count)
    else this.#counts.delete(key)
  }
}
