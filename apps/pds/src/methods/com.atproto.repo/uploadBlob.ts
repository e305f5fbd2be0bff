import type { uploadBlob as method } from '@atoll/lexicons/com.atproto.repo'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../access.ts'
import type { Blobs } from '../../blobs/blobs.ts'

export function uploadBlob({ blobs }: { blobs: Pick<Blobs, 'upload'> }): Handler<typeof method, AccountCaller> {
  return async ({ body, encoding, credentials, signal }) => ({
    blob: await blobs.upload(credentials.did, body, encoding ?? '*/*', signal),
  })
}
