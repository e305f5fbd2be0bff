import { type ByteStream, discardBody } from '../http/bodies.ts'

/** A body that reports its failure, since an error response can no longer be sent. */
export function reporting(
  body: ByteStream,
  onError: (error: unknown) => void,
): ByteStream & { cancel(): Promise<void> } {
  return {
    cancel: () => discardBody(body),
    release: (chunk) => body.release?.(chunk),
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
