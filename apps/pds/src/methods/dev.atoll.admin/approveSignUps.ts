import type { approveSignUps as method } from '@atoll/lexicons/dev.atoll.admin'
import type { Handler } from '@atoll/xrpc-server'
import type { AdminCaller } from '../../callers.ts'
import type { SignUps } from '../../sign-ups/sign-ups.ts'

interface Deps {
  signUps: Pick<SignUps, 'queue'>
}

export function approveSignUps({ signUps: { queue } }: Deps): Handler<typeof method, AdminCaller> {
  return async ({ input }) => {
    const results = []
    // One after the other: each waits for the directory of DIDs.
    for (const did of input.dids) results.push({ did, outcome: await queue.approve(did) })
    return { results }
  }
}
