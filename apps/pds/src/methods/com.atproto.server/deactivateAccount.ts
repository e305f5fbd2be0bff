import type { deactivateAccount as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountLife } from '../../account-life/account-life.ts'
import type { AccountCaller } from '../../callers.ts'

interface Deps {
  accountLife: Pick<AccountLife, 'activations'>
}

export function deactivateAccount({ accountLife }: Deps): Handler<typeof method, AccountCaller> {
  return ({ credentials, input }) => accountLife.activations.deactivate(credentials.did, input.deleteAfter)
}
