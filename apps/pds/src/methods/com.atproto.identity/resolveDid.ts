import type { resolveDid as method } from '@atoll/lexicons/com.atproto.identity'
import type { Handler } from '@atoll/xrpc-server'
import { requireDidDoc } from '../../identity/account-documents.ts'
import type { PublicIdentities } from '../../resolution/public-identities.ts'

export function resolveDid({
  identities,
}: {
  identities: Pick<PublicIdentities, 'requireDocument'>
}): Handler<typeof method> {
  return async ({ params, ip, signal }) => ({
    didDoc: requireDidDoc(await identities.requireDocument(params.did, { ip, signal })),
  })
}
