import type { requestAccountDelete as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountLife } from '../../account-life/account-life.ts'
import type { AccountCaller } from '../../callers.ts'

interface Deps {
  accountLife: Pick<AccountLife, 'deletions'>
}

export function requestAccountDelete({ accountLife }: Deps): Handler<typeof method, AccountCaller> {
  return ({ credentials }) => accountLife.deletions.request(credentials.did)
}
