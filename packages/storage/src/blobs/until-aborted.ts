/**
 * Yields what `source` yields, and throws as soon as `signal` aborts, even while the source is
 * stalled. For adapters.
 */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncIterable<T> {
  if (!signal) {
    yield* source
    return
  }
  const iterator = source[Symbol.asyncIterator]()
  const aborted = Promise.withResolvers<never>()
  // The signal may abort while nothing awaits this promise.
  aborted.promise.catch(() => {})
  const abort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort)
  try {
    signal.throwIfAborted()
    for (;;) {
      const result = await Promise.race([iterator.next(), aborted.promise])
      if (result.done) return
      yield result.value
    }
  } finally {
    signal.removeEventListener('abort', abort)
    // A stalled source may never respond, so its return is requested but not awaited.
    iterator.return?.()?.catch(() => {})
  }
}
