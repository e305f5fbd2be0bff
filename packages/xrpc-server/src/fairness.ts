/** Shares the event loop among streams: a source that is always ready, and a client that always has room, would never let go of it. */

/** How long all streams together may run before others do. */
const sliceMs = 5

/** A look at the clock costs a tenth of what a small item does; a large one may cost a slice by itself. */
const itemsBetweenLooks = 4
const bytesBetweenLooks = 64 * 1024

export interface FairnessOptions {
  now?(): number
  /** Runs what it is given after the event loop has served everyone else once. */
  afterOthers?(run: () => void): void
  /** Runs what it is given once everything that is ready has run. */
  whenIdle?(run: () => void): void
}

/**
 * One slice of time for all streams. When it is over, each of them waits in line for the next; so their number decides how long a
 * stream takes, and not how long everybody else waits.
 */
export class Fairness {
  readonly #now: () => number
  readonly #afterOthers: (run: () => void) => void
  readonly #whenIdle: (run: () => void) => void
  readonly #waiting: (() => void)[] = []
  #isOpen = false
  #isOver = false
  #since = 0
  #items = 0
  #bytes = 0

  constructor(options: FairnessOptions = {}) {
    this.#now = options.now ?? (() => performance.now())
    this.#afterOthers = options.afterOthers ?? afterOthers
    this.#whenIdle = options.whenIdle ?? whenIdle
  }

  /** To be awaited after each item of so many bytes, when it returns something to await. */
  turn(bytes: number): Promise<void> | undefined {
    if (!this.#isOpen) {
      this.#open()
      return undefined
    }
    if (!this.#isOver && !this.#lookAfter(bytes)) return undefined
    // Everyone who comes now waits: many streams that each do one thing more would make the turn as long as there are streams.
    this.#isOver = true
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Counts an item, and when enough has come together, whether the slice is over. */
  #lookAfter(bytes: number): boolean {
    this.#items++
    this.#bytes += bytes
    if (this.#items < itemsBetweenLooks && this.#bytes < bytesBetweenLooks) return false
    this.#items = 0
    this.#bytes = 0
    return this.#now() - this.#since >= sliceMs
  }

  #open(): void {
    this.#isOpen = true
    this.#isOver = false
    this.#since = this.#now()
    this.#afterOthers(this.#onOthersServed)
  }

  readonly #onOthersServed = () => {
    this.#isOpen = false
    if (this.#waiting.length === 0) return
    this.#open()
    this.#letNextRun()
  }

  /** Those who wait go on one by one, as long as the slice lasts. */
  readonly #letNextRun = () => {
    if (this.#waiting.length === 0 || this.#isOver) return
    if (this.#now() - this.#since >= sliceMs) {
      this.#isOver = true
      return
    }
    this.#waiting.shift()!()
    this.#whenIdle(this.#letNextRun)
  }
}

let shared: Fairness | undefined

/** The one that all streams of this process share. */
export function sharedFairness(): Fairness {
  return (shared ??= new Fairness())
}

/** Runs what it is given after the event loop has served everyone else once. */
export function afterOthers(run: () => void): void {
  if (typeof setImmediate === 'function') setImmediate(run)
  else setTimeout(run, 0)
}

function whenIdle(run: () => void): void {
  const { process } = globalThis
  // Node's next tick comes after all promises that are ready, but only if it is asked for by one of them.
  if (process?.nextTick) queueMicrotask(() => process.nextTick(run))
  else run()
}
