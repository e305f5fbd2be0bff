interface Task {
  readonly size: number
  readonly run: () => Promise<void>
}

interface Lane {
  readonly key: string
  readonly tasks: Task[]
}

/** Runs what has one key in order, one after another, and what has different keys at the same time, up to a bound. */
export class Lanes {
  readonly #width: number
  readonly #onDone: () => void
  readonly #lanes = new Map<string, Lane>()
  /** Lanes whose next task may start. */
  readonly #ready: Lane[] = []
  #running = 0
  #size = 0
  readonly #idle: (() => void)[] = []

  /** `onDone` is called after each task. */
  constructor(width: number, onDone: () => void) {
    this.#width = width
    this.#onDone = onDone
  }

  /** The size of all tasks that have not ended. */
  get size(): number {
    return this.#size
  }

  add(key: string, size: number, run: () => Promise<void>): void {
    this.#size += size
    const lane = this.#lanes.get(key)
    if (lane) {
      lane.tasks.push({ size, run })
      return
    }
    const opened = { key, tasks: [{ size, run }] }
    this.#lanes.set(key, opened)
    this.#ready.push(opened)
    this.#start()
  }

  /** For a task that only waits: until then, one of another lane may run in its place. */
  async aside<T>(waiting: Promise<T>): Promise<T> {
    this.#running--
    this.#start()
    try {
      return await waiting
    } finally {
      this.#running++
    }
  }

  /** Drops what has not started. */
  clear(): void {
    const waiting = new Set(this.#ready.splice(0))
    for (const lane of this.#lanes.values()) {
      const isWaiting = waiting.has(lane)
      for (const { size } of lane.tasks.splice(isWaiting ? 0 : 1)) this.#size -= size
      if (isWaiting) this.#lanes.delete(lane.key)
    }
    if (this.#lanes.size === 0) this.#settle()
  }

  /** Resolves when nothing is left to run. */
  idle(): Promise<void> {
    if (this.#lanes.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  #start(): void {
    while (this.#running < this.#width) {
      const lane = this.#ready.shift()
      if (!lane) return
      this.#running++
      void this.#run(lane)
    }
  }

  async #run(lane: Lane): Promise<void> {
    const task = lane.tasks[0]!
    await task.run()
    lane.tasks.shift()
    this.#size -= task.size
    this.#running--
    if (lane.tasks.length > 0) this.#ready.push(lane)
    else this.#lanes.delete(lane.key)
    this.#onDone()
    this.#start()
    if (this.#lanes.size === 0) this.#settle()
  }

  #settle(): void {
    for (const resolve of this.#idle.splice(0)) resolve()
  }
}
