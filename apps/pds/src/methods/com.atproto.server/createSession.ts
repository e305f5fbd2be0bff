import type { createSession as method } from '@atoll/lexicons/com.atproto.server'
import { clientNetwork, type Handler } from '@atoll/xrpc-server'
import type { Accounts } from '../../accounts/accounts.ts'
import { type DocumentSource, sessionDocument } from '../../identity/document-answer.ts'
import { sessionAnswer } from '../../sessions/session-answer.ts'

interface Deps extends DocumentSource {
  accounts: Pick<Accounts, 'signIn'>
}

export function createSession({ accounts, ...source }: Deps): Handler<typeof method> {
  return async ({ input, ip, signal }) => {
    const { account, ...jwts } = await accounts.signIn(input.identifier, input.password, {
      allowTakendown: input.allowTakendown ?? false,
      client: clientNetwork(ip),
      signal,
    })
    return { ...jwts, ...sessionAnswer(account), ...(await sessionDocument(source, account.did)) }
  }
}
