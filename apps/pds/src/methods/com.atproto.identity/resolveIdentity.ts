import type { resolveIdentity as method } from '@atoll/lexicons/com.atproto.identity'
import type { Handler } from '@atoll/xrpc-server'
import { requireDidDoc } from '../../identity/account-documents.ts'
import type { PublicIdentities } from '../../resolution/public-identities.ts'

export function resolveIdentity({
  identities,
}: {
  identities: Pick<PublicIdentities, 'require'>
}): Handler<typeof method> {
  return async ({ params, ip, signal }) => {
    const { did, handle, document } = await identities.require(params.identifier, { ip, signal })
    return { did, handle, didDoc: requireDidDoc(document) }
  }
}
