import type { createSession as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { Accounts } from '../../accounts/accounts.ts'
import { sessionAnswer } from '../../accounts/session-answer.ts'

export function createSession({ accounts }: { accounts: Pick<Accounts, 'signIn'> }): Handler<typeof method> {
  return async ({ input }) => {
    const { account, ...jwts } = await accounts.signIn(input.identifier, input.password, {
      allowTakendown: input.allowTakendown ?? false,
    })
    return { ...jwts, ...sessionAnswer(account) }
  }
}
