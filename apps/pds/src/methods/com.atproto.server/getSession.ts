import type { getSession as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { Accounts } from '../../accounts/accounts.ts'
import type { AccountCaller } from '../../callers.ts'
import type { Identity } from '../../identity/identity.ts'
import { sessionAnswer } from '../../sessions/session-answer.ts'

interface Deps {
  accounts: Pick<Accounts, 'require'>
  identity: Pick<Identity, 'documents'>
}

export function getSession({ accounts, identity }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ credentials }) => {
    const { email, emailConfirmed, ...rest } = sessionAnswer(await accounts.require(credentials.did))
    const answer = { ...rest, ...(await identity.documents.forSession(credentials.did)) }
    // An app password does not tell the address.
    return credentials.scope === 'com.atproto.access' ? { ...answer, email, emailConfirmed } : answer
  }
}
