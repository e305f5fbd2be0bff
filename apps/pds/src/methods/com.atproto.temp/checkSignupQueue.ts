import type { checkSignupQueue as method } from '@atoll/lexicons/com.atproto.temp'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../callers.ts'
import type { SignUps } from '../../sign-ups/sign-ups.ts'

interface Deps {
  signUps: Pick<SignUps, 'queue'>
}

/** How long it takes is up to the operator, so no time is estimated. */
export function checkSignupQueue({ signUps: { queue } }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ credentials: { did, scope } }) =>
    scope === 'com.atproto.signupQueued' ? { ...(await queue.progress(did)) } : { activated: true }
}
