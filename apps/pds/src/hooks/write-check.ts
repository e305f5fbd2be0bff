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

/** The check that asks a hook. */
export function writeCheck(deps: WriteCheckDeps): WriteCheck {
  return {
    commit: (did, writes) => ask(deps, { did, kind: 'commit', operations: writes.map(operationOf) }),
    newRepo: (did) => ask(deps, { did, kind: 'repo', operations: [] }),
  }
}

async function ask(
  { hook, timeoutMs, onError }: WriteCheckDeps,
  asked: Pick<PlannedWrite, 'did' | 'kind' | 'operations'>,
): Promise<void> {
  const late = new AbortController()
  const answer = hook({ ...asked, signal: late.signal, refuse })
  if (answer === undefined) return
  await within(answer, timeoutMs, () => {
    const error = new Error(`the hook beforeWrite took more than ${timeoutMs} ms for ${asked.did}`)
    late.abort(error)
    onError(error)
    return new Refused('ServiceUnavailable', 'The write could not be checked in time; try again in a few seconds', {
      headers: { 'retry-after': '5' },
    })
  })
}

function refuse(name: GeneralErrorName, message: string): XrpcError {
  return new XrpcError(name, message)
}

function operationOf(write: Write): PlannedOperation {
  const { collection, rkey } = write
  if (write.action === 'delete') return { action: 'delete', collection, rkey }
  const { action, cid, validationStatus, bytes } = write
  return withValue({ action, collection, rkey, cid, validationStatus }, () => bytes)
}
