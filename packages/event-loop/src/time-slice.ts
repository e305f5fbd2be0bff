import { yieldToEventLoop } from './yield.ts'

/**
 * How long work may keep the thread, in milliseconds. A request that arrives meanwhile waits so
 * much longer, which nobody notices beside a network's round trip. A turn of the event loop costs
 * some microseconds and what others do in it, so shorter slices would gain little and cost the work
 * more.
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

  /** Reads the clock, which takes some 50 ns: after very short steps, look at every 32nd or so. */
  get isOver(): boolean {
    return performance.now() >= this.#end
  }

  /** Begins a slice now, for work that starts later than it was made. */
  restart(): void {
    this.#end = performance.now() + this.#sliceMs
  }

  /** Yields to the event loop, then begins the next slice. */
  async next(): Promise<void> {
    await yieldToEventLoop()
    this.restart()
  }
}
