import { type GeneralErrorName, XrpcError } from '@atoll/xrpc'
import type { Awaitable } from '@atoll/xrpc-server'
import { Refused } from '../refused.ts'
import { within } from './within.ts'

/** What every question to a hook has, beside its subject. */
interface Answering {
  /** Aborted when the time for the answer is over. */
  readonly signal: AbortSignal
  /** Makes a refusal to throw, under a name that callers of every method know. */
  readonly refuse: (name: GeneralErrorName, message: string) => XrpcError
}

interface HookToAsk<Q> {
  readonly name: string
  readonly hook: (question: Q & Answering) => Awaitable<void>
  readonly timeoutMs: number
  /** Told of an answer that came too late. */
  readonly onError: (error: unknown) => void
}

/**
 * Asks a hook, which refuses by throwing. A late answer is refused with `ServiceUnavailable`, and
 * every other error of the hook is a fault.
 *
 * @param about what the question is about, for the log
 * @param what what cannot be done without the answer, for the caller
 */
export async function askHook<Q extends object>(
  { name, hook, timeoutMs, onError }: HookToAsk<Q>,
  question: Q,
  { about, what }: { about: string; what: string },
): Promise<void> {
  const late = new AbortController()
  const refusals = new WeakSet<object>()
  const made = (refusal: XrpcError) => {
    refusals.add(refusal)
    return refusal
  }
  const refuse = (error: GeneralErrorName, message: string) => made(new XrpcError(error, message))
  try {
    const answer = hook({ ...question, signal: late.signal, refuse })
    if (answer === undefined) return
    await within(answer, timeoutMs, () => {
      const error = new Error(`the hook ${name} took more than ${timeoutMs} ms for ${about}`)
      late.abort(error)
      onError(error)
      return made(tooLate(what))
    })
  } catch (error) {
    if (!(error instanceof XrpcError) || refusals.has(error)) throw error
    // What another server said to the hook is not for the client of this one.
    throw new Error(`the hook ${name} failed: ${error.error}`, { cause: error })
  }
}

function tooLate(what: string): Refused {
  return new Refused('ServiceUnavailable', `${what} could not be checked in time; try again in a few seconds`, {
    headers: { 'retry-after': '5' },
  })
}
