import type { listBlobUsage as method } from '@atoll/lexicons/dev.atoll.admin'
import type { Handler } from '@atoll/xrpc-server'
import type { BlobReports } from '../../blobs/blob-reports.ts'

export function listBlobUsage({ blobReports }: { blobReports: BlobReports }): Handler<typeof method> {
  return async ({ params }) => {
    const { items, cursor } = await blobReports.list(params)
    return { accounts: items, ...(cursor !== undefined && { cursor }) }
  }
}
