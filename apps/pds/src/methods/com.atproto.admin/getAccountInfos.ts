import type { getAccountInfos as method } from '@atoll/lexicons/com.atproto.admin'
import type { Handler } from '@atoll/xrpc-server'
import type { Administration } from '../../administration/administration.ts'
import type { ModeratorCaller } from '../../callers.ts'

/** More than the longest URL that Node accepts can name. */
const maxDids = 1000

interface Deps {
  administration: Pick<Administration, 'views'>
}

export function getAccountInfos({ administration }: Deps): Handler<typeof method, ModeratorCaller> {
  return async ({ params, refuse }) => {
    if (params.dids.length > maxDids) throw refuse('InvalidRequest', `Ask for at most ${maxDids} accounts at once`)
    return { infos: await administration.views.ofEach(params.dids) }
  }
}
