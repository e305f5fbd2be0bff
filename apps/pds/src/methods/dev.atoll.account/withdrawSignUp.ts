import type { withdrawSignUp as method } from '@atoll/lexicons/dev.atoll.account'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../callers.ts'
import type { SignUps } from '../../sign-ups/sign-ups.ts'

interface Deps {
  signUps: Pick<SignUps, 'queue'>
}

export function withdrawSignUp({ signUps: { queue } }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ credentials, refuse }) => {
    if (!(await queue.leave(credentials.did))) throw refuse('NotWaiting', 'No sign-up of yours waits for approval')
  }
}
