const sliceMs = 5
const itemsBetweenLooks = 16

/**
 * Keeps one stream from taking the whole event loop: a source that always has its next item ready, and a client that
 * always has room for it, would never let anyone else run.
 */
export class Fairness {
  #items = 0
  #since = performance.now()

  /** To be awaited after each item, when it gives something to await. */
  turn(): Promise<void> | undefined {
    if (++this.#items < itemsBetweenLooks) return undefined
    this.#items = 0
    if (performance.now() - this.#since < sliceMs) return undefined
    return this.#letOthersRun()
  }

  async #letOthersRun(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (typeof setImmediate === 'function') setImmediate(resolve)
      else setTimeout(resolve, 0)
    })
    this.#since = performance.now()
  }
}
