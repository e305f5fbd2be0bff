import { type Cid, InvalidCidError, parseCid } from '@atoll/data-model'
import type { CidString } from '@atoll/syntax'
import { Refused } from '../refused.ts'

/** A CID as responses carry it. */
export function cidText(cid: Cid): CidString {
  // The text of a CID is a CID string.
  return cid.toString() as CidString
}

/**
 * The CID that a request names. Refuses with `InvalidRequest` other text, and CIDs of kinds that
 * repositories do not use.
 */
export function requestedCid(text: string): Cid {
  try {
    return parseCid(text)
  } catch (error) {
    if (!(error instanceof InvalidCidError)) throw error
    throw new Refused('InvalidRequest', `'${text}' is not the CID of a block or blob`)
  }
}
