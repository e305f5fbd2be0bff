/**
 * Runs `callback` after the event loop has served everyone else once: input, timers and what they
 * started. Promises alone never let it.
 */
export function runAfterYield(callback: () => void): void {
  // A timer of Node's takes a millisecond at least, and a nested one in browsers takes four.
  if (typeof setImmediate === 'function') setImmediate(callback)
  else setTimeout(callback, 0)
}

/** Resolves after the event loop has served everyone else once. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise(runAfterYield)
}

/** Runs `callback` in this turn of the event loop, once every promise that is ready has run. */
export function runWhenIdle(callback: () => void): void {
  const { process } = globalThis
  // Node's next tick comes after all promises that are ready, but only if one of them asks for it.
  if (process?.nextTick) queueMicrotask(() => process.nextTick(callback))
  else callback()
}
