import { discardBody } from './inner.ts'

/** A body whose failing on the way, when no error can be answered any more, is at least reported. */
export function reporting(
  body: AsyncIterable<Uint8Array>,
  onError: (error: unknown) => void,
): AsyncIterable<Uint8Array> & { cancel(): Promise<void> } {
  return {
    cancel: () => discardBody(body),
    [Symbol.asyncIterator]() {
      const iterator = body[Symbol.asyncIterator]()
      return {
        async next() {
          try {
            return await iterator.next()
          } catch (error) {
            onError(error)
            throw error
          }
        },
        async return() {
          await iterator.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}
