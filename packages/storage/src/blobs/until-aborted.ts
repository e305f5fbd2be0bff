/** Yields what the source yields; throws as soon as the signal says so, though the source may be silent. For adapters. */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncIterable<T> {
  if (!signal) {
    yield* source
    return
  }
  const iterator = source[Symbol.asyncIterator]()
  const aborted = Promise.withResolvers<never>()
  // Nobody may be waiting when the signal comes.
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
    // A silent source cannot respond, so it is told and not waited for.
    iterator.return?.()?.catch(() => {})
  }
}
