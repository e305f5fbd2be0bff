import type { refreshSession as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { RefreshCaller } from '../../callers.ts'
import type { Identity } from '../../identity/identity.ts'
import { sessionOutput } from '../../sessions/session-output.ts'
import type { Sessions } from '../../sessions/sessions.ts'

interface Deps {
  sessions: Pick<Sessions, 'refresh'>
  identity: Pick<Identity, 'documents'>
}

export function refreshSession({ sessions, identity }: Deps): Handler<typeof method, RefreshCaller> {
  return async ({ credentials }) => {
    const { account, ...jwts } = await sessions.refresh(credentials.did, credentials.tokenId)
    return { ...jwts, ...sessionOutput(account), ...(await identity.documents.forSession(account.did)) }
  }
}
