import { yieldToEventLoop } from './yield.ts'

/**
 * How long work may keep the thread, in milliseconds. A request that arrives meanwhile waits up to
 * that much longer, which nobody notices beside the round trip of a network. Yielding costs some
 * microseconds, and whatever others then do: shorter slices would gain little and slow the work
 * down.
 */
const defaultSliceMs = 10

/**
 * Cuts long work into slices, between which the event loop serves everyone else.
 *
 * @example
 * const slice = new TimeSlice()
 * for (const step of steps) {
 *   step()
 *   if (slice.isOver) await slice.next()
 * }
 */
export class TimeSlice {
  readonly #sliceMs: number
  #end: number

  constructor(sliceMs = defaultSliceMs) {
    this.#sliceMs = sliceMs
    this.#end = performance.now() + sliceMs
  }

  /**
   * Reads the clock, which takes some 50 ns: if steps are very short, check after every 32nd or so.
   */
  get isOver(): boolean {
    return performance.now() >= this.#end
  }

  /** Begins a slice now, for work that starts some time after the constructor ran. */
  restart(): void {
    this.#end = performance.now() + this.#sliceMs
  }

  /** Yields to the event loop, then begins the next slice. */
  async next(): Promise<void> {
    await yieldToEventLoop()
    this.restart()
  }
}
