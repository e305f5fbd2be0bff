import type { uploadBlob as method } from '@atoll/lexicons/com.atproto.repo'
import type { Handler, RequestHeaders } from '@atoll/xrpc-server'
import type { Accounts } from '../../accounts/accounts.ts'
import type { Blobs } from '../../blobs/blobs.ts'
import type { AccountCaller, SigningCaller } from '../../callers.ts'

interface Deps {
  accounts: Pick<Accounts, 'requireNotTakendown'>
  blobs: Pick<Blobs, 'upload'>
}

export function uploadBlob({ accounts, blobs }: Deps): Handler<typeof method, AccountCaller | SigningCaller> {
  return async ({ body, encoding, credentials, headers, signal }) => {
    const { did } = await accounts.requireNotTakendown(credentials.did)
    return { blob: await blobs.upload(did, body, { type: encoding ?? '*/*', size: declaredSize(headers), signal }) }
  }
}

/** The size of the blob, where its bytes are sent as they are. */
function declaredSize(headers: RequestHeaders): number | undefined {
  const length = headers.get('content-length')
  return length === null || (headers.get('content-encoding') ?? 'identity') !== 'identity' ? undefined : Number(length)
}
