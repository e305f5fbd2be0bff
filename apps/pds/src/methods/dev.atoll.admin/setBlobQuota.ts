import type { setBlobQuota as method } from '@atoll/lexicons/dev.atoll.admin'
import type { Handler } from '@atoll/xrpc-server'
import type { BlobReports } from '../../blobs/blob-reports.ts'

export function setBlobQuota({ blobReports }: { blobReports: BlobReports }): Handler<typeof method> {
  return ({ input: { did, bytes } }) => blobReports.setQuota(did, bytes)
}
