import type { deleteAccount as method } from '@atoll/lexicons/com.atproto.admin'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountLife } from '../../account-life/account-life.ts'
import type { AdminCaller } from '../../callers.ts'

interface Deps {
  accountLife: Pick<AccountLife, 'deletions'>
}

export function deleteAccount({ accountLife }: Deps): Handler<typeof method, AdminCaller> {
  return ({ input }) => accountLife.deletions.byAdministrator(input.did)
}
