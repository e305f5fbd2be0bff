import { decodeCbor, type ValueMap } from '@atoll/data-model'

/** The record that a block holds. */
export function recordValue(bytes: Uint8Array): ValueMap {
  // Only maps get into a repository as records.
  return decodeCbor(bytes) as ValueMap
}
