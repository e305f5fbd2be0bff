/** Work that is done again and again while a process runs. */
export interface Chore {
  /** As the log names it. */
  readonly name: string
  readonly everyMs: number
  readonly run: () => Promise<unknown>
}

/** A server that never runs for long must do its chores as well, but not while it is starting. */
const firstAfterMs = 60_000

/**
 * Does chores again and again, each at its own pace, and never two runs of one chore at a time.
 * `onError` is given the name of the chore that failed; it is done again at its next time.
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

  /** Starts nothing more, and waits for the chores that are being done. */
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
