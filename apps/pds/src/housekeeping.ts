export interface Chore {
  /** As the log names it. */
  readonly name: string
  readonly everyMs: number
  readonly run: () => Promise<unknown>
}

/** Does chores over and over, each at its own pace and never two runs of one at once. */
export class Housekeeping {
  readonly #timers: ReturnType<typeof setInterval>[] = []
  readonly #running = new Map<string, Promise<void>>()

  constructor(chores: readonly Chore[], onError: (error: unknown, chore: string) => void) {
    for (const chore of chores) {
      const timer = setInterval(() => this.#start(chore, onError), chore.everyMs)
      timer.unref()
      this.#timers.push(timer)
    }
  }

  /** Begins nothing more, and waits for what is being done. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
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
