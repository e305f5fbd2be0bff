/** Ways to wait for the event loop. */

/** Runs what it is given after the event loop has served everyone else once. */
export function afterOthers(run: () => void): void {
  if (typeof setImmediate === 'function') setImmediate(run)
  else setTimeout(run, 0)
}

/** Resolves after the event loop has served everyone else once. */
export function othersServed(): Promise<void> {
  return new Promise(afterOthers)
}

/** Runs what it is given once everything that is ready has run. */
export function whenIdle(run: () => void): void {
  const { process } = globalThis
  // Node's next tick comes after all promises that are ready, but only if it is asked for by one of them.
  if (process?.nextTick) queueMicrotask(() => process.nextTick(run))
  else run()
}
