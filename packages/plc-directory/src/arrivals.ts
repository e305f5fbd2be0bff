/** Wakes those who wait for new entries. */
export class Arrivals {
  #next = Promise.withResolvers<void>()

  announce(): void {
    this.#next.resolve()
    this.#next = Promise.withResolvers<void>()
  }

  /**
   * Resolves at the next announcement, or when the signal is aborted. Call it before reading the
   * store, so that nothing is missed in between.
   */
  next(signal: AbortSignal): Promise<void> {
    const { promise } = this.#next
    return new Promise((resolve) => {
      if (signal.aborted) return resolve()
      const onAbort = () => resolve()
      signal.addEventListener('abort', onAbort, { once: true })
      void promise.then(() => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      })
    })
  }
}
