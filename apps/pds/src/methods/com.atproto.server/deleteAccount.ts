import type { deleteAccount as method } from '@atoll/lexicons/com.atproto.server'
import { clientNetwork, type Handler } from '@atoll/xrpc-server'
import type { AccountLife } from '../../account-life/account-life.ts'

interface Deps {
  accountLife: Pick<AccountLife, 'deletions'>
}

export function deleteAccount({ accountLife }: Deps): Handler<typeof method> {
  return ({ input: { did, password, token }, ip, signal }) =>
    accountLife.deletions.byOwner(did, { password, code: token }, { client: clientNetwork(ip), signal })
}
