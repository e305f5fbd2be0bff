import { type Cid, decodeCbor, type ValueMap } from '@atoll/data-model'
import type { CidString } from '@atoll/syntax'

/** The record that a block holds. */
export function recordValue(bytes: Uint8Array): ValueMap {
  // Only maps get into a repository as records.
  return decodeCbor(bytes) as ValueMap
}

/** A CID as answers carry it. */
export function cidText(cid: Cid): CidString {
  // The text of a CID is a CID string.
  return cid.toString() as CidString
}
