import { SlowBodyGuard, type SlowBodyGuardOptions } from '../src/limits/slow-body-guard.ts'

/** A guard whose time the test controls. */
export function guardByHand(options: Omit<SlowBodyGuardOptions, 'repeat'> = {}) {
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
    /** Whether it follows any request. */
    isWatching: () => look !== undefined,
    /** Resolves when it follows a request. */
    watching: () =>
      new Promise<void>((resolve) => {
        onWatching = resolve
        if (look) resolve()
      }),
    /** Lets so much time pass, with a look at the end of each interval. */
    pass(ms: number) {
      for (let passed = 0; passed < ms; passed += everyMs) look?.()
    },
  }
}
