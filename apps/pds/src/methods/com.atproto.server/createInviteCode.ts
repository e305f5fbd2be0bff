import type { createInviteCode as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { AdminCaller } from '../../callers.ts'
import { administrator, type Invites } from '../../invites/invites.ts'

interface Deps {
  invites: Pick<Invites, 'make'>
}

export function createInviteCode({ invites }: Deps): Handler<typeof method, AdminCaller> {
  return async ({ input }) => {
    const owner = input.forAccount ?? administrator
    const made = await invites.make({ count: 1, uses: input.useCount, owners: [owner] })
    return { code: made[0]!.codes[0]! }
  }
}
