import { AsyncLocalStorage } from 'node:async_hooks'
import type { Did } from '@atoll/syntax'
import { type GeneralErrorName, XrpcError } from '@atoll/xrpc'
import { Refused } from '../refused.ts'
import { withValue } from '../repos/record-value.ts'
import type { Write } from '../repos/write/write.ts'
import type { WriteCheck } from '../repos/write/write-check.ts'
import type { Hooks, PlannedOperation, PlannedWrite } from './hooks.ts'
import { within } from './within.ts'

interface WriteCheckDeps {
  readonly hook: NonNullable<Hooks['beforeWrite']>
  readonly timeoutMs: number
  /** Told of an answer that came too late. */
  readonly onError: (error: unknown) => void
}

/** A question about a commit, and the one within whose answer it came up. */
interface Question {
  readonly did: Did
  readonly outer: Question | undefined
  isOpen: boolean
}

/** The check that asks a hook. */
export function writeCheck(deps: WriteCheckDeps): WriteCheck {
  const questions = new AsyncLocalStorage<Question>()
  return {
    async commit(did, writes) {
      const question: Question = { did, outer: questions.getStore(), isOpen: true }
      const asked = { did, kind: 'commit', operations: writes.map(operationOf) } as const
      await questions.run(question, () => ask(deps, asked)).finally(() => (question.isOpen = false))
    },
    newRepo: (did) => ask(deps, { did, kind: 'repo', operations: [] }),
    requireNotAsked(did) {
      for (let question = questions.getStore(); question; question = question.outer) {
        if (!question.isOpen || question.did !== did) continue
        throw new Error(
          `the hook beforeWrite writes to ${did} while it is asked about a write of ${did}: each would wait for the other. ` +
            'Write from afterCommit instead',
        )
      }
    },
  }
}

async function ask(
  { hook, timeoutMs, onError }: WriteCheckDeps,
  asked: Pick<PlannedWrite, 'did' | 'kind' | 'operations'>,
): Promise<void> {
  const late = new AbortController()
  const refusals = new WeakSet<object>()
  const made = (refusal: XrpcError) => {
    refusals.add(refusal)
    return refusal
  }
  const refuse = (name: GeneralErrorName, message: string) => made(new XrpcError(name, message))
  try {
    const answer = hook({ ...asked, signal: late.signal, refuse })
    if (answer === undefined) return
    await within(answer, timeoutMs, () => {
      const error = new Error(`the hook beforeWrite took more than ${timeoutMs} ms for ${asked.did}`)
      late.abort(error)
      onError(error)
      return made(tooLate())
    })
  } catch (error) {
    if (!(error instanceof XrpcError) || refusals.has(error)) throw error
    // What another server said to the hook is not for the client of this one.
    throw new Error(`the hook beforeWrite failed: ${error.error}`, { cause: error })
  }
}

function tooLate(): Refused {
  return new Refused('ServiceUnavailable', 'The write could not be checked in time; try again in a few seconds', {
    headers: { 'retry-after': '5' },
  })
}

function operationOf(write: Write): PlannedOperation {
  const { collection, rkey } = write
  if (write.action === 'delete') return { action: 'delete', collection, rkey }
  const { action, cid, validationStatus, bytes } = write
  return withValue({ action, collection, rkey, cid, validationStatus }, () => bytes)
}
