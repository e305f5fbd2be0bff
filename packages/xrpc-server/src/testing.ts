/** For the tests of servers. */
import { SlowBodyGuard, type SlowBodyGuardOptions } from './limits/slow-body-guard.ts'

export interface ManualGuard {
  readonly guard: SlowBodyGuard
  /** Whether it follows any request. */
  isWatching(): boolean
  /** Resolves when it follows a request. */
  watching(): Promise<void>
  /** Lets time pass, with a look at the end of each interval. */
  pass(ms: number): void
}

/** A guard against slow uploads whose time the test controls. */
export function manualGuard(options: Omit<SlowBodyGuardOptions, 'repeat'> = {}): ManualGuard {
  const { everyMs = 5_000 } = options
  let look: (() => void) | undefined
  let onWatching = () => {}
  const guard = new SlowBodyGuard({
    ...options,
    repeat: (given) => {
      look = given
      onWatching()
      return () => {
        look = undefined
      }
    },
  })
  return {
    guard,
    isWatching: () => look !== undefined,
    watching: () =>
      new Promise<void>((resolve) => {
        onWatching = resolve
        if (look) resolve()
      }),
    pass(ms) {
      for (let passed = 0; passed < ms; passed += everyMs) look?.()
    },
  }
}
