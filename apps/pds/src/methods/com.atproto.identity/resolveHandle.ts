import type { resolveHandle as method } from '@atoll/lexicons/com.atproto.identity'
import type { Handler } from '@atoll/xrpc-server'
import type { PublicIdentities } from '../../resolution/public-identities.ts'

export function resolveHandle({
  identities,
}: {
  identities: Pick<PublicIdentities, 'requireDid'>
}): Handler<typeof method> {
  return async ({ params, ip, signal }) => ({ did: await identities.requireDid(params.handle, { ip, signal }) })
}
