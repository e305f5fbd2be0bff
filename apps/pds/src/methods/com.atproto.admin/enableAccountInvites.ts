import type { enableAccountInvites as method } from '@atoll/lexicons/com.atproto.admin'
import type { Handler } from '@atoll/xrpc-server'
import type { ModeratorCaller } from '../../callers.ts'
import type { Invites } from '../../invites/invites.ts'

interface Deps {
  invites: Pick<Invites, 'setDisabledFor'>
}

export function enableAccountInvites({ invites }: Deps): Handler<typeof method, ModeratorCaller> {
  return ({ input }) => invites.setDisabledFor(input.account, false, input.note)
}
