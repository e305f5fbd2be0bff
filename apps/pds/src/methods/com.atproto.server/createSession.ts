import type { createSession as method } from '@atoll/lexicons/com.atproto.server'
import { clientNetwork, type Handler } from '@atoll/xrpc-server'
import type { Identity } from '../../identity/identity.ts'
import type { SecondFactors } from '../../second-factors/second-factors.ts'
import { sessionOutput } from '../../sessions/session-output.ts'
import type { Sessions } from '../../sessions/sessions.ts'

interface Deps {
  sessions: Pick<Sessions, 'signIn'>
  identity: Pick<Identity, 'documents'>
  secondFactors: Pick<SecondFactors, 'takesEmailCode'>
}

export function createSession({ sessions, identity, secondFactors }: Deps): Handler<typeof method> {
  return async ({ input, ip, signal }) => {
    const {
      account,
      scope: _,
      ...jwts
    } = await sessions.signIn(input.identifier, input.password, {
      authFactorToken: input.authFactorToken,
      allowTakendown: input.allowTakendown ?? false,
      client: clientNetwork(ip),
      signal,
    })
    return {
      ...jwts,
      ...sessionOutput(account, await secondFactors.takesEmailCode(account.did)),
      ...(await identity.documents.forSession(account.did)),
    }
  }
}
