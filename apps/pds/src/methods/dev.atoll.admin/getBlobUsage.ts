import type { getBlobUsage as method } from '@atoll/lexicons/dev.atoll.admin'
import type { Handler } from '@atoll/xrpc-server'
import type { BlobReports } from '../../blobs/blob-reports.ts'

export function getBlobUsage({ blobReports }: { blobReports: BlobReports }): Handler<typeof method> {
  return async ({ params: { did } }) => {
    if (did === undefined) return blobReports.total()
    const { quota, ...usage } = await blobReports.usage(did)
    return quota === undefined ? usage : { ...usage, quota }
  }
}
