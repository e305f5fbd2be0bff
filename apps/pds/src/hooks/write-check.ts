import { AsyncLocalStorage } from 'node:async_hooks'
import type { Did } from '@atoll/syntax'
import { withValue } from '../repos/record-value.ts'
import type { Write } from '../repos/write/write.ts'
import type { WriteCheck } from '../repos/write/write-check.ts'
import { askHook } from './ask-hook.ts'
import type { Hooks, PlannedOperation, PlannedWrite } from './hooks.ts'

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

function ask(deps: WriteCheckDeps, asked: Pick<PlannedWrite, 'did' | 'kind' | 'operations'>): Promise<void> {
  return askHook({ name: 'beforeWrite', ...deps }, asked, { about: asked.did, what: 'The write' })
}

function operationOf(write: Write): PlannedOperation {
  const { collection, rkey } = write
  if (write.action === 'delete') return { action: 'delete', collection, rkey }
  const { action, cid, validationStatus, bytes } = write
  return withValue({ action, collection, rkey, cid, validationStatus }, () => bytes)
}
