import type { createInviteCodes as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { AdminCaller } from '../../callers.ts'
import { administrator, type Invites } from '../../invites/invites.ts'

interface Deps {
  invites: Pick<Invites, 'make'>
}

export function createInviteCodes({ invites }: Deps): Handler<typeof method, AdminCaller> {
  return async ({ input }) => ({
    codes: await invites.make({
      count: input.codeCount,
      uses: input.useCount,
      owners: input.forAccounts ?? [administrator],
    }),
  })
}
