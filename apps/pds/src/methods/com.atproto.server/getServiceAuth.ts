import type { getServiceAuth as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../callers.ts'
import type { ServiceTokens } from '../../sessions/service-tokens.ts'

interface Deps {
  serviceTokens: Pick<ServiceTokens, 'make'>
}

export function getServiceAuth({ serviceTokens }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ params, credentials }) => {
    const { aud, lxm, exp } = params
    return { token: await serviceTokens.make(credentials, { aud, lxm, exp }) }
  }
}
