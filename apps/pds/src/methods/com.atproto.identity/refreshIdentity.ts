import type { refreshIdentity as method } from '@atoll/lexicons/com.atproto.identity'
import type { Handler } from '@atoll/xrpc-server'
import { requireDidDoc } from '../../identity/account-documents.ts'
import type { PublicIdentities } from '../../resolution/public-identities.ts'

export function refreshIdentity({
  identities,
}: {
  identities: Pick<PublicIdentities, 'require'>
}): Handler<typeof method> {
  return async ({ input, ip, signal }) => {
    const { did, handle, document } = await identities.require(input.identifier, { ip, signal }, { refresh: true })
    return { did, handle, didDoc: requireDidDoc(document) }
  }
}
