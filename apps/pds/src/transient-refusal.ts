import { StorageUnavailableError } from '@atoll/storage'
import { Refused } from './refused.ts'

/** The refusal for a failure that passes by itself; `undefined` for any other error. */
export function transientRefusal(error: unknown): Refused | undefined {
  if (!(error instanceof StorageUnavailableError)) return undefined
  const what = error.reason === 'busy' ? 'is too busy for this' : 'cannot write'
  return new Refused('ServiceUnavailable', `The server ${what} at the moment; try again later`, {
    headers: { 'retry-after': '5' },
  })
}
