interface Task {
  /** How many tasks came before. */
  readonly order: number
  readonly size: number
  readonly run: () => Promise<boolean>
}

interface Lane {
  readonly key: string
  readonly tasks: Task[]
}

/**
 * Runs what has one key in order, one after another, and what has different keys at the same time,
 * up to a bound.
 */
export class KeyedQueue {
  readonly #concurrency: number
  readonly #onDone: () => void
  readonly #lanes = new Map<string, Lane>()
  /** Lanes whose next task may start. */
  #ready: Lane[] = []
  #running = 0
  #size = 0
  #count = 0
  #newestStarted = -1
  readonly #idle: (() => void)[] = []

  /** `onDone` is called after each task. */
  constructor(concurrency: number, onDone: () => void) {
    this.#concurrency = concurrency
    this.#onDone = onDone
  }

  /** The size of all tasks that have not ended. */
  get size(): number {
    return this.#size
  }

  /**
   * Runs a task behind those of its key. If it resolves to `false`, all that wait behind it are
   * dropped.
   */
  add(key: string, size: number, run: () => Promise<boolean>): void {
    const task = { order: this.#count++, size, run }
    this.#size += size
    const lane = this.#lanes.get(key)
    if (lane) {
      lane.tasks.push(task)
      return
    }
    const opened = { key, tasks: [task] }
    this.#lanes.set(key, opened)
    this.#ready.push(opened)
    this.#start()
  }

  /**
   * For a task that only waits: until `waiting` settles, a task of another key may run in its
   * place.
   */
  async yieldSlot<T>(waiting: Promise<T>): Promise<T> {
    this.#running--
    this.#start()
    try {
      return await waiting
    } finally {
      this.#running++
    }
  }

  /** Drops what came after the newest task that has started: what remains leaves no gap. */
  dropUnstarted(): void {
    for (const lane of this.#lanes.values()) {
      const kept = lane.tasks.findIndex(({ order }) => order > this.#newestStarted)
      if (kept >= 0) this.#drop(lane, kept)
      if (lane.tasks.length === 0) this.#lanes.delete(lane.key)
    }
    this.#ready = this.#ready.filter(({ tasks }) => tasks.length > 0)
    this.#settle()
  }

  /** Resolves when nothing is left to run. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle.push(resolve)
      this.#settle()
    })
  }

  #start(): void {
    while (this.#running < this.#concurrency) {
      const lane = this.#ready.shift()
      if (!lane) return
      this.#running++
      void this.#run(lane)
    }
  }

  async #run(lane: Lane): Promise<void> {
    const task = lane.tasks[0]!
    this.#newestStarted = Math.max(this.#newestStarted, task.order)
    const goesOn = await task.run()
    this.#drop(lane, 0, goesOn ? 1 : lane.tasks.length)
    this.#running--
    if (lane.tasks.length > 0) this.#ready.push(lane)
    else this.#lanes.delete(lane.key)
    this.#onDone()
    this.#start()
    this.#settle()
  }

  #drop({ tasks }: Lane, from: number, count = tasks.length): void {
    for (const { size } of tasks.splice(from, count)) this.#size -= size
  }

  #settle(): void {
    if (this.#lanes.size === 0) for (const resolve of this.#idle.splice(0)) resolve()
  }
}
