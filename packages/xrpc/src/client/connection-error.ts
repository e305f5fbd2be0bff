import { ConnectionError, XrpcError } from '../errors.ts'

/**
 * What to throw for an error of `fetch` or of a body: for a failure of the network one that names
 * the host and the cause, any other as it is.
 */
export function namedFailure(error: unknown, url: string, signal?: AbortSignal | null): unknown {
  if (signal?.aborted || !(error instanceof Error) || error instanceof XrpcError) return error
  const causes = causesOf(error)
  const code = causes.map((each) => ('code' in each ? each.code : undefined)).find((code) => typeof code === 'string')
  // The web has a TypeError for it; other errors with a code are those of Bun.
  if (!(error instanceof TypeError) && code === undefined) return error
  const reason = causes.findLast(({ message }) => message !== '')?.message ?? error.name
  return new ConnectionError(new URL(url).host, code, reason, { cause: error })
}

/** An error and what caused it; where several addresses were tried, the first of them. */
function causesOf(error: Error): Error[] {
  const errors: Error[] = []
  for (let each: unknown = error; each instanceof Error && errors.length < 8; ) {
    errors.push(each)
    each = each.cause ?? (each instanceof AggregateError ? each.errors[0] : undefined)
  }
  return errors
}
