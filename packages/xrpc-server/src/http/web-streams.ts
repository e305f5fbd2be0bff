/** Chunks of bytes as a web stream, and back. */
import { breakOff } from './bodies.ts'

export interface StreamOptions {
  /** The reader has lost interest. */
  onCancel?(): void
  /** Breaks the stream off. */
  signal?: AbortSignal
}

/** A web stream that pulls from the iterable only when it is read. */
export function streamOf(source: AsyncIterable<Uint8Array>, options: StreamOptions = {}): ReadableStream<Uint8Array> {
  const { signal, onCancel } = options
  const iterator = source[Symbol.asyncIterator]()
  let onAbort = () => {}
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        onAbort = () => {
          controller.error(signal?.reason)
          breakOff(source, iterator)
        }
        signal?.addEventListener('abort', onAbort)
      },
      async pull(controller) {
        const { done, value } = await iterator.next()
        if (signal?.aborted) return
        if (!done) return controller.enqueue(value)
        signal?.removeEventListener('abort', onAbort)
        controller.close()
      },
      async cancel() {
        signal?.removeEventListener('abort', onAbort)
        onCancel?.()
        breakOff(source, iterator)
      },
    },
    { highWaterMark: 0 },
  )
}

/**
 * The chunks of a web stream, which is cancelled when the reader stops early, or at once by
 * `cancel`.
 */
export function chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> & { cancel(): Promise<void> } {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  async function* chunks(): AsyncGenerator<Uint8Array> {
    reader = stream.getReader()
    let ended = false
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) {
          ended = true
          return
        }
        yield value
      }
    } finally {
      if (!ended) void reader.cancel().catch(() => {})
      reader.releaseLock()
      reader = undefined
    }
  }
  // While a chunk is awaited, the generator's own `return` would wait for it as well.
  return Object.assign(chunks(), { cancel: () => (reader ? reader.cancel() : stream.cancel()) })
}
