/** Work that is repeated as long as a process runs. */
export interface Chore {
  /** As the log names it. */
  readonly name: string
  readonly everyMs: number
  readonly run: () => Promise<unknown>
}

/** Early enough for a server that never runs for long, but not while it is starting. */
const firstAfterMs = 60_000

/**
 * Runs each chore at its own interval, and never twice at a time. `onError` is given the name of a
 * chore that failed, which runs again when its interval has passed.
 */
export class Housekeeping {
  readonly #timers: ReturnType<typeof setInterval>[] = []
  readonly #running = new Map<string, Promise<void>>()

  constructor(chores: readonly Chore[], onError: (error: unknown, chore: string) => void) {
    for (const chore of chores) {
      const start = () => this.#start(chore, onError)
      this.#timers.push(setInterval(start, chore.everyMs))
      if (chore.everyMs > firstAfterMs) this.#timers.push(setTimeout(start, firstAfterMs))
    }
    for (const timer of this.#timers) timer.unref()
  }

  /** Starts no more chores, and waits for those that are running. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    await Promise.all(this.#running.values())
  }

  #start({ name, run }: Chore, onError: (error: unknown, chore: string) => void): void {
    if (this.#running.has(name)) return
    const work = run()
      .then(() => undefined)
      .catch((error: unknown) => onError(error, name))
      .finally(() => this.#running.delete(name))
    this.#running.set(name, work)
  }
}
