import type { refreshSession as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { RefreshCaller } from '../../callers.ts'
import type { Identity } from '../../identity/identity.ts'
import type { SecondFactors } from '../../second-factors/second-factors.ts'
import { sessionOutputFor, waitingOutput } from '../../sessions/session-output.ts'
import type { Sessions } from '../../sessions/sessions.ts'
import type { SignUps } from '../../sign-ups/sign-ups.ts'

interface Deps {
  sessions: Pick<Sessions, 'refresh'>
  identity: Pick<Identity, 'documents'>
  secondFactors: Pick<SecondFactors, 'takesEmailCode'>
  signUps: Pick<SignUps, 'queue'>
}

export function refreshSession({
  sessions,
  identity,
  signUps,
  secondFactors,
}: Deps): Handler<typeof method, RefreshCaller> {
  return async ({ credentials }) => {
    const waiting = await signUps.queue.get(credentials.did)
    if (waiting) {
      return { ...(await signUps.queue.refresh(waiting.did, credentials.tokenId)), ...waitingOutput(waiting) }
    }
    const { account, scope, ...jwts } = await sessions.refresh(credentials.did, credentials.tokenId)
    return {
      ...jwts,
      ...sessionOutputFor(scope, account, await secondFactors.takesEmailCode(account.did)),
      ...(await identity.documents.forSession(account.did)),
    }
  }
}
