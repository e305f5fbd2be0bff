/** The refusals of methods for administrators and moderators about what is not here. */
import { ConflictError } from '@atoll/storage'
import { XrpcError } from '@atoll/xrpc'
import { Refused } from '../refused.ts'

/**
 * A subject that is not here. Moderation services take 400, the name and the sentence as final, and
 * ask no more.
 */
export function subjectNotFound(kind: 'account' | 'record' | 'blob'): Refused {
  return new Refused('NotFound', `Could not find ${kind}`, { status: 400 })
}

/** For writes to an account that was there a moment ago. */
export function refuseGone(error: unknown): never {
  throw error instanceof ConflictError && error.field === 'did' ? subjectNotFound('account') : error
}

/** For work that is also done at an owner's wish, who is told `AccountNotFound` instead. */
export function refuseAsSubject(error: unknown): never {
  throw error instanceof XrpcError && error.error === 'AccountNotFound' ? subjectNotFound('account') : error
}
