import type { getSession as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../access.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import { sessionAnswer } from '../../accounts/session-answer.ts'

export function getSession({
  accounts,
}: {
  accounts: Pick<Accounts, 'require'>
}): Handler<typeof method, AccountCaller> {
  return async ({ credentials }) => {
    const { email, emailConfirmed, ...answer } = sessionAnswer(await accounts.require(credentials.did))
    // An app password does not tell the address.
    return credentials.scope === 'com.atproto.access' ? { ...answer, email, emailConfirmed } : answer
  }
}
