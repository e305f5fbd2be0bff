import type { getSession as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { Accounts } from '../../accounts/accounts.ts'
import type { AccountCaller } from '../../callers.ts'
import type { Identity } from '../../identity/identity.ts'
import type { SecondFactors } from '../../second-factors/second-factors.ts'
import { sessionOutputFor, waitingOutput } from '../../sessions/session-output.ts'
import type { SignUps } from '../../sign-ups/sign-ups.ts'

interface Deps {
  accounts: Pick<Accounts, 'require'>
  identity: Pick<Identity, 'documents'>
  secondFactors: Pick<SecondFactors, 'takesEmailCode'>
  signUps: Pick<SignUps, 'queue'>
}

export function getSession({
  accounts,
  identity,
  signUps,
  secondFactors,
}: Deps): Handler<typeof method, AccountCaller> {
  return async ({ credentials }) => {
    const { did, scope } = credentials
    const waiting = scope === 'com.atproto.signupQueued' ? await signUps.queue.get(did) : undefined
    if (waiting) return waitingOutput(waiting)
    const output = sessionOutputFor(scope, await accounts.require(did), await secondFactors.takesEmailCode(did))
    return { ...output, ...(await identity.documents.forSession(did)) }
  }
}
