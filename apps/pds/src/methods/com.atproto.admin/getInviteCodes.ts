import type { getInviteCodes as method } from '@atoll/lexicons/com.atproto.admin'
import type { Handler } from '@atoll/xrpc-server'
import type { ModeratorCaller } from '../../callers.ts'
import { inviteOutput } from '../../invites/invite-output.ts'
import type { Invites } from '../../invites/invites.ts'

interface Deps {
  invites: Pick<Invites, 'list'>
}

const orders = ['recent', 'usage'] as const

export function getInviteCodes({ invites }: Deps): Handler<typeof method, ModeratorCaller> {
  return async ({ params, refuse }) => {
    const { limit, cursor } = params
    const sort = orders.find((order) => order === params.sort)
    if (!sort) throw refuse('InvalidRequest', `unknown sort method: ${params.sort}`)
    const page = await invites.list({ sort, limit, cursor })
    return { cursor: page.cursor, codes: page.items.map(inviteOutput) }
  }
}
