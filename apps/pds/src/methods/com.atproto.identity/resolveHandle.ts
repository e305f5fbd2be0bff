import type { IdentityResolver } from '@atoll/identity'
import type { resolveHandle as method } from '@atoll/lexicons/com.atproto.identity'
import { accountStatus } from '@atoll/storage'
import type { Handler } from '@atoll/xrpc-server'
import type { Accounts } from '../../accounts/accounts.ts'
import type { HandleRules } from '../../accounts/handles.ts'
import { Refused } from '../../refused.ts'

interface Deps {
  accounts: Pick<Accounts, 'find'>
  handles: HandleRules
  identity: Pick<IdentityResolver, 'resolveHandle'>
}

export function resolveHandle({ accounts, handles, identity }: Deps): Handler<typeof method> {
  return async ({ params }) => {
    const handle = handles.normalize(params.handle)
    const account = await accounts.find(handle)
    if (account && accountStatus(account) === 'active') return { did: account.did }
    // Whoever names a handle picks the servers that are asked for it: that they fail is no fault of ours.
    const did =
      account || handles.isLocal(handle) ? undefined : await identity.resolveHandle(handle).catch(() => undefined)
    if (!did) throw new Refused('HandleNotFound', 'Unable to resolve handle')
    return { did }
  }
}
