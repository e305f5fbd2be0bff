import type { getAccountInviteCodes as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../callers.ts'
import { inviteOutput } from '../../invites/invite-output.ts'
import type { Invites } from '../../invites/invites.ts'

interface Deps {
  invites: Pick<Invites, 'ofAccount'>
}

export function getAccountInviteCodes({ invites }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ params, credentials }) => {
    const codes = await invites.ofAccount(credentials.did, { makeEarned: params.createAvailable })
    const shown = params.includeUsed ? codes : codes.filter((code) => code.uses.length < code.availableUses)
    return { codes: shown.map(inviteOutput) }
  }
}
