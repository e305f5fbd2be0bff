import type { getAccountInfo as method } from '@atoll/lexicons/com.atproto.admin'
import type { Handler } from '@atoll/xrpc-server'
import type { Administration } from '../../administration/administration.ts'
import type { ModeratorCaller } from '../../callers.ts'

interface Deps {
  administration: Pick<Administration, 'views'>
}

export function getAccountInfo({ administration }: Deps): Handler<typeof method, ModeratorCaller> {
  return ({ params }) => administration.views.of(params.did)
}
