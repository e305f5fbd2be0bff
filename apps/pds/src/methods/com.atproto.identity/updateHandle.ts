import type { updateHandle as method } from '@atoll/lexicons/com.atproto.identity'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../access.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import type { HandleChanges } from '../../handles/handle-changes.ts'

interface Deps {
  accounts: Pick<Accounts, 'requireNotTakendown'>
  handleChanges: Pick<HandleChanges, 'change'>
}

export function updateHandle({ accounts, handleChanges }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ input, credentials, ip, signal }) => {
    const account = await accounts.requireNotTakendown(credentials.did)
    await handleChanges.change(account, input.handle, { ip, signal })
  }
}
