import type { searchAccounts as method } from '@atoll/lexicons/com.atproto.admin'
import type { Handler } from '@atoll/xrpc-server'
import type { Administration } from '../../administration/administration.ts'
import type { AdminCaller } from '../../callers.ts'

interface Deps {
  administration: Pick<Administration, 'views'>
}

export function searchAccounts({ administration }: Deps): Handler<typeof method, AdminCaller> {
  return async ({ params }) => {
    const { items, cursor } = await administration.views.search(params)
    return { cursor, accounts: items }
  }
}
