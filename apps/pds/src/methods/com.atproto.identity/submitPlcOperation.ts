import type { submitPlcOperation as method } from '@atoll/lexicons/com.atproto.identity'
import type { Handler } from '@atoll/xrpc-server'
import type { Accounts } from '../../accounts/accounts.ts'
import type { AccountCaller } from '../../callers.ts'
import type { DidChanges } from '../../did-changes/did-changes.ts'

interface Deps {
  accounts: Pick<Accounts, 'requireNotTakendown'>
  didChanges: Pick<DidChanges, 'operations'>
}

export function submitPlcOperation({ accounts, didChanges }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ input, credentials }) => {
    const { did } = await accounts.requireNotTakendown(credentials.did)
    await didChanges.operations.submit(did, input.operation)
  }
}
