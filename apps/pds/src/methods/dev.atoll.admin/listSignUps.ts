import type { listSignUps as method } from '@atoll/lexicons/dev.atoll.admin'
import type { Handler } from '@atoll/xrpc-server'
import type { AdminCaller } from '../../callers.ts'
import type { SignUps } from '../../sign-ups/sign-ups.ts'

interface Deps {
  signUps: Pick<SignUps, 'queue'>
}

export function listSignUps({ signUps: { queue } }: Deps): Handler<typeof method, AdminCaller> {
  return async ({ params: { limit, cursor } }) => {
    const page = await queue.list({ limit, cursor })
    return { cursor: page.cursor, waiting: await queue.count(), signUps: page.items.map((signUp) => ({ ...signUp })) }
  }
}
