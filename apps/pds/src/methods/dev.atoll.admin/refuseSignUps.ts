import type { refuseSignUps as method } from '@atoll/lexicons/dev.atoll.admin'
import type { Did } from '@atoll/syntax'
import type { Handler } from '@atoll/xrpc-server'
import type { AdminCaller } from '../../callers.ts'
import type { SignUps } from '../../sign-ups/sign-ups.ts'

interface Deps {
  signUps: Pick<SignUps, 'queue'>
}

export function refuseSignUps({ signUps: { queue } }: Deps): Handler<typeof method, AdminCaller> {
  return async ({ input }) => {
    const refused: Did[] = []
    for (const did of input.dids) if (await queue.refuse(did, input.reason)) refused.push(did)
    return { refused }
  }
}
