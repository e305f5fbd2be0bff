import { StorageUnavailableError } from '@atoll/storage'
import { Refused } from './refused.ts'

/** What a client is told of a failure that passes by itself. */
export function transientRefusal(error: unknown): Refused | undefined {
  if (!(error instanceof StorageUnavailableError)) return undefined
  const what = error.reason === 'busy' ? 'is too busy for this' : 'cannot write'
  return new Refused('ServiceUnavailable', `The server ${what} at the moment; try again later`, {
    headers: { 'retry-after': '5' },
  })
}
