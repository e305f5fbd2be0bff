import type { requestPlcOperationSignature as method } from '@atoll/lexicons/com.atproto.identity'
import type { Handler } from '@atoll/xrpc-server'
import type { Accounts } from '../../accounts/accounts.ts'
import type { AccountCaller } from '../../callers.ts'
import type { DidChanges } from '../../did-changes/did-changes.ts'
import type { MailedCodes } from '../../mailed-codes/mailed-codes.ts'

interface Deps {
  accounts: Pick<Accounts, 'require'>
  didChanges: Pick<DidChanges, 'operations'>
  codes: Pick<MailedCodes, 'send'>
}

export function requestPlcOperationSignature({
  accounts,
  didChanges,
  codes,
}: Deps): Handler<typeof method, AccountCaller> {
  return async ({ credentials }) => {
    const account = await accounts.require(credentials.did)
    await didChanges.operations.requireChangeable(account.did)
    await codes.send(account, 'plc_operation')
  }
}
