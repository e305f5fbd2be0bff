import type { refreshSession as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { RefreshCaller } from '../../access.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import { type DocumentSource, sessionDocument } from '../../identity/document-answer.ts'
import { sessionAnswer } from '../../sessions/session-answer.ts'

interface Deps extends DocumentSource {
  accounts: Pick<Accounts, 'refresh'>
}

export function refreshSession({ accounts, ...source }: Deps): Handler<typeof method, RefreshCaller> {
  return async ({ credentials }) => {
    const { account, ...jwts } = await accounts.refresh(credentials.did, credentials.tokenId)
    return { ...jwts, ...sessionAnswer(account), ...(await sessionDocument(source, account.did)) }
  }
}
