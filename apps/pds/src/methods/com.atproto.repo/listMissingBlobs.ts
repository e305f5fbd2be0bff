import type { listMissingBlobs as method } from '@atoll/lexicons/com.atproto.repo'
import { formatAtUri } from '@atoll/syntax'
import type { Handler } from '@atoll/xrpc-server'
import type { Blobs } from '../../blobs/blobs.ts'
import type { AccountCaller } from '../../callers.ts'
import { cidText, requestedCid } from '../../repos/cid-text.ts'

interface Deps {
  blobs: Pick<Blobs, 'missing'>
}

export function listMissingBlobs({ blobs }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ params: { limit, cursor }, credentials: { did } }) => {
    const after = cursor === undefined ? {} : { cursor: requestedCid(cursor) }
    const missing = (await blobs.missing(did, { limit, ...after })).map(({ cid, collection, rkey }) => ({
      cid: cidText(cid),
      recordUri: formatAtUri({ authority: did, collection, rkey }),
    }))
    return { cursor: missing.length < limit ? undefined : missing.at(-1)?.cid, blobs: missing }
  }
}
