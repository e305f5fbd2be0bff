import type { uploadBlob as method } from '@atoll/lexicons/com.atproto.repo'
import type { Handler, RequestHeaders } from '@atoll/xrpc-server'
import type { Blobs } from '../../blobs/blobs.ts'
import type { AccountCaller, SigningCaller } from '../../callers.ts'

interface Deps {
  blobs: Pick<Blobs, 'upload'>
}

export function uploadBlob({ blobs }: Deps): Handler<typeof method, AccountCaller | SigningCaller> {
  return async ({ body, encoding, credentials, headers, signal }) => {
    const declared = { type: encoding ?? '*/*', size: declaredSize(headers), signal }
    return { blob: await blobs.upload(credentials.did, body, declared) }
  }
}

/** The size of the blob, where its bytes are sent as they are. */
function declaredSize(headers: RequestHeaders): number | undefined {
  const length = headers.get('content-length')
  return length === null || (headers.get('content-encoding') ?? 'identity') !== 'identity' ? undefined : Number(length)
}
