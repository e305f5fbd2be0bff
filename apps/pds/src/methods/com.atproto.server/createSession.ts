import type { createSession as method } from '@atoll/lexicons/com.atproto.server'
import { clientNetwork, type Handler } from '@atoll/xrpc-server'
import type { Identity } from '../../identity/identity.ts'
import { sessionOutput } from '../../sessions/session-output.ts'
import type { Sessions } from '../../sessions/sessions.ts'

interface Deps {
  sessions: Pick<Sessions, 'signIn'>
  identity: Pick<Identity, 'documents'>
}

export function createSession({ sessions, identity }: Deps): Handler<typeof method> {
  return async ({ input, ip, signal }) => {
    const {
      account,
      scope: _,
      ...jwts
    } = await sessions.signIn(input.identifier, input.password, {
      allowTakendown: input.allowTakendown ?? false,
      client: clientNetwork(ip),
      signal,
    })
    return { ...jwts, ...sessionOutput(account), ...(await identity.documents.forSession(account.did)) }
  }
}
