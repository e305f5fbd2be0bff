import type { disableInviteCodes as method } from '@atoll/lexicons/com.atproto.admin'
import type { Handler } from '@atoll/xrpc-server'
import type { ModeratorCaller } from '../../callers.ts'
import type { Invites } from '../../invites/invites.ts'

interface Deps {
  invites: Pick<Invites, 'disable'>
}

export function disableInviteCodes({ invites }: Deps): Handler<typeof method, ModeratorCaller> {
  return ({ input }) => invites.disable({ codes: input.codes ?? [], accounts: input.accounts ?? [] })
}
