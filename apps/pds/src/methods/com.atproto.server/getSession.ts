import type { getSession as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { Accounts } from '../../accounts/accounts.ts'
import type { AccountCaller } from '../../callers.ts'
import type { Identity } from '../../identity/identity.ts'
import { sessionOutput } from '../../sessions/session-output.ts'

interface Deps {
  accounts: Pick<Accounts, 'require'>
  identity: Pick<Identity, 'documents'>
}

export function getSession({ accounts, identity }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ credentials }) => {
    const { email, emailConfirmed, ...rest } = sessionOutput(await accounts.require(credentials.did))
    const output = { ...rest, ...(await identity.documents.forSession(credentials.did)) }
    // A session of an app password is not told the e-mail address.
    return credentials.scope === 'com.atproto.access' ? { ...output, email, emailConfirmed } : output
  }
}
