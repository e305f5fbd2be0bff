interface WantedHost {
  callers: number
  readonly abort: AbortController
}

/**
 * The hosts that somebody waits for. What an agent does to reach a host ends when the last caller
 * has gone.
 */
export class WantedHosts {
  readonly #byName = new Map<string, WantedHost>()

  /** Counts a caller of the host until `work` ends. */
  async during<T>(host: string, work: () => Promise<T>): Promise<T> {
    const wanted = this.#byName.get(host) ?? { callers: 0, abort: new AbortController() }
    this.#byName.set(host, wanted)
    wanted.callers += 1
    try {
      return await work()
    } finally {
      wanted.callers -= 1
      if (wanted.callers === 0) {
        this.#byName.delete(host)
        wanted.abort.abort()
      }
    }
  }

  /**
   * Aborted when nobody waits for the host any more; undefined for one that nobody was counted for.
   */
  signalOf(host: string): AbortSignal | undefined {
    return this.#byName.get(host)?.abort.signal
  }
}
