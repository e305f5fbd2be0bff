import type { updateAccountHandle as method } from '@atoll/lexicons/com.atproto.admin'
import type { Handler } from '@atoll/xrpc-server'
import type { Accounts } from '../../accounts/accounts.ts'
import { refuseAsSubject, subjectNotFound } from '../../accounts/subject-not-found.ts'
import type { AdminCaller } from '../../callers.ts'
import type { Handles } from '../../handles/handles.ts'

interface Deps {
  accounts: Pick<Accounts, 'find'>
  handles: Pick<Handles, 'changes'>
}

export function updateAccountHandle({ accounts, handles }: Deps): Handler<typeof method, AdminCaller> {
  return async ({ input, ip, signal }) => {
    const account = await accounts.find(input.did)
    if (!account) throw subjectNotFound('account')
    await handles.changes.change(account, input.handle, { ip, signal }, { reserved: true }).catch(refuseAsSubject)
  }
}
