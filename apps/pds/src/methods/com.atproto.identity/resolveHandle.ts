import type { resolveHandle as method } from '@atoll/lexicons/com.atproto.identity'
import { accountStatus } from '@atoll/storage'
import type { Handler } from '@atoll/xrpc-server'
import type { Accounts } from '../../accounts/accounts.ts'
import type { HandleRules } from '../../handles/handle-rules.ts'
import { type LookUps, orUnknown } from '../../identity/look-ups.ts'

interface Deps {
  accounts: Pick<Accounts, 'find'>
  handles: HandleRules
  lookUps: Pick<LookUps, 'of'>
}

export function resolveHandle({ accounts, handles, lookUps }: Deps): Handler<typeof method> {
  return async ({ params, ip, signal, refuse }) => {
    const handle = handles.normalize(params.handle)
    const account = await accounts.find(handle)
    if (account && accountStatus(account) === 'active') return { did: account.did }
    const isForeign = !account && !handles.isLocal(handle)
    const did = isForeign ? await orUnknown(lookUps.of({ ip, signal }).resolveHandle(handle)) : undefined
    if (!did) throw refuse('HandleNotFound', 'Unable to resolve handle')
    return { did }
  }
}
