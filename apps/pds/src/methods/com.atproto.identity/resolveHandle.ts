import type { resolveHandle as method } from '@atoll/lexicons/com.atproto.identity'
import type { Handler } from '@atoll/xrpc-server'
import { isActive } from '../../accounts/account-state.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import type { Handles } from '../../handles/handles.ts'
import { type LookUps, orUnknown } from '../../identity/look-ups.ts'

interface Deps {
  accounts: Pick<Accounts, 'find'>
  handles: Pick<Handles, 'rules'>
  identity: { readonly lookUps: Pick<LookUps, 'of'> }
}

export function resolveHandle({ accounts, handles: { rules }, identity }: Deps): Handler<typeof method> {
  return async ({ params, ip, signal, refuse }) => {
    const handle = rules.normalize(params.handle)
    const account = await accounts.find(handle)
    if (account && isActive(account)) return { did: account.did }
    const isForeign = !account && !rules.isLocal(handle)
    const did = isForeign ? await orUnknown(identity.lookUps.of({ ip, signal }).resolveHandle(handle)) : undefined
    if (!did) throw refuse('HandleNotFound', 'Unable to resolve handle')
    return { did }
  }
}
