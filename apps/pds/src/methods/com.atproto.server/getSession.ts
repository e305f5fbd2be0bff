import type { getSession as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../access.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import { type DocumentSource, sessionDocument } from '../../identity/document-answer.ts'
import { sessionAnswer } from '../../sessions/session-answer.ts'

interface Deps extends DocumentSource {
  accounts: Pick<Accounts, 'require'>
}

export function getSession({ accounts, ...source }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ credentials }) => {
    const { email, emailConfirmed, ...rest } = sessionAnswer(await accounts.require(credentials.did))
    const answer = { ...rest, ...(await sessionDocument(source, credentials.did)) }
    // An app password does not tell the address.
    return credentials.scope === 'com.atproto.access' ? { ...answer, email, emailConfirmed } : answer
  }
}
