import { InvalidCursorError, StorageUnavailableError } from '@atoll/storage'
import { Refused } from './refused.ts'

/** What a client is told when the storage refuses: a failure that passes by itself, or a cursor that is none. */
export function storageRefusal(error: unknown): Refused | undefined {
  if (error instanceof InvalidCursorError) return new Refused('InvalidRequest', 'Malformed cursor')
  if (!(error instanceof StorageUnavailableError)) return undefined
  return new Refused('ServiceUnavailable', 'The server cannot write at the moment; try again later', {
    headers: { 'retry-after': '5' },
  })
}
