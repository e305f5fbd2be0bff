/** The time, and timers. Tests give one that they move by hand. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Runs something once, later. Calling what is returned prevents that. */
  readonly after: (ms: number, run: () => void) => () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
