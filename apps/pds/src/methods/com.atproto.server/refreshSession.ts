import type { refreshSession as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { RefreshCaller } from '../../access.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import { sessionAnswer } from '../../accounts/session-answer.ts'

export function refreshSession({
  accounts,
}: {
  accounts: Pick<Accounts, 'refresh'>
}): Handler<typeof method, RefreshCaller> {
  return async ({ credentials }) => {
    const { account, ...jwts } = await accounts.refresh(credentials.did, credentials.tokenId)
    return { ...jwts, ...sessionAnswer(account) }
  }
}
