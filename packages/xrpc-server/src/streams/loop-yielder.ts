/**
 * Shares the event loop among subscriptions, whichever clients hold them: a source that is always
 * ready, with a subscriber that always has room, would never let go of it. For requests and their
 * responses the event loop is shared by client network instead, in loop-shares.ts.
 */
import { runAfterYield, runWhenIdle } from '@atoll/event-loop'

/** How long all subscriptions together may run in one turn of the event loop. */
const sliceMs = 5

/**
 * Looking at the clock costs a tenth of what sending a small item does; a large item may take a
 * whole slice.
 */
const itemsBetweenLooks = 4
const bytesBetweenLooks = 64 * 1024

export interface LoopYielderOptions {
  /** Milliseconds of a clock that is never set. Default: `performance.now`. */
  now?: () => number
  /** Runs the callback after the event loop has served everyone else once. */
  runAfterYield?: (callback: () => void) => void
  /** Runs the callback once everything that is ready has run. */
  runWhenIdle?: (callback: () => void) => void
}

/**
 * One slice of time for all subscriptions in each turn of the event loop. When it is over, they
 * wait in line for the next: with more subscriptions each takes longer, and nobody else does.
 *
 * In one process only: it shares out the event loop of that process.
 */
export class LoopYielder {
  readonly #now: () => number
  readonly #runAfterYield: (run: () => void) => void
  readonly #runWhenIdle: (run: () => void) => void
  readonly #waiting: (() => void)[] = []
  #isOpen = false
  #isOver = false
  #since = 0
  #items = 0
  #bytes = 0

  constructor(options: LoopYielderOptions = {}) {
    this.#now = options.now ?? (() => performance.now())
    this.#runAfterYield = options.runAfterYield ?? runAfterYield
    this.#runWhenIdle = options.runWhenIdle ?? runWhenIdle
  }

  /**
   * Call it after each item of so many bytes. Returns `undefined` to go on, or a promise to await
   * first.
   */
  turn(bytes: number): Promise<void> | undefined {
    if (!this.#isOpen) {
      this.#open()
      return undefined
    }
    if (!this.#isOver && !this.#lookAfter(bytes)) return undefined
    // Everyone who comes now waits: one item more from each of many subscriptions would make this
    // turn as long as they are many.
    this.#isOver = true
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Counts an item and, once enough have come together, looks whether the slice is over. */
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
    this.#runAfterYield(this.#onOthersServed)
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
    this.#runWhenIdle(this.#letNextRun)
  }
}

let shared: LoopYielder | undefined

/** The one that all subscriptions of this process share. */
export function sharedLoopYielder(): LoopYielder {
  return (shared ??= new LoopYielder())
}
