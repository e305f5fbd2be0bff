/**
 * Runs `callback` after the event loop has served everyone else once: input, timers, and what they
 * started. Awaiting a settled promise does not let them run.
 */
export function runAfterYield(callback: () => void): void {
  // A timer is the last resort: Node's takes at least 1 ms, a nested one in a browser 4 ms.
  if (typeof setImmediate === 'function') setImmediate(callback)
  else setTimeout(callback, 0)
}

/** Resolves after the event loop has served everyone else once. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise(runAfterYield)
}

/**
 * Runs `callback` in this turn of the event loop, once the callbacks of all promises that are ready
 * have run. In runtimes without `process.nextTick`, which cannot tell, it runs at once.
 */
export function runWhenIdle(callback: () => void): void {
  const { process } = globalThis
  // Node's next tick comes after all promises that are ready only if it is requested by one of
  // them.
  if (process?.nextTick) queueMicrotask(() => process.nextTick(callback))
  else callback()
}
