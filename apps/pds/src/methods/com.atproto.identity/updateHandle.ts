import type { updateHandle as method } from '@atoll/lexicons/com.atproto.identity'
import type { Handler } from '@atoll/xrpc-server'
import type { Accounts } from '../../accounts/accounts.ts'
import type { AccountCaller } from '../../callers.ts'
import type { Handles } from '../../handles/handles.ts'

interface Deps {
  accounts: Pick<Accounts, 'require'>
  handles: Pick<Handles, 'changes'>
}

export function updateHandle({ accounts, handles }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ input, credentials, ip, signal }) => {
    const account = await accounts.require(credentials.did)
    await handles.changes.change(account, input.handle, { ip, signal })
  }
}
