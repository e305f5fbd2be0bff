import type { listBlobUses as method } from '@atoll/lexicons/dev.atoll.admin'
import type { Handler } from '@atoll/xrpc-server'
import type { BlobReports } from '../../blobs/blob-reports.ts'
import { requestedCid } from '../../repos/cid-text.ts'

export function listBlobUses({ blobReports }: { blobReports: BlobReports }): Handler<typeof method> {
  return async ({ params: { did, cid, ...page } }) => {
    const { items, cursor } = await blobReports.uses(did, requestedCid(cid), page)
    return { uris: items, ...(cursor !== undefined && { cursor }) }
  }
}
