import type { getRecommendedDidCredentials as method } from '@atoll/lexicons/com.atproto.identity'
import type { Handler } from '@atoll/xrpc-server'
import type { Accounts } from '../../accounts/accounts.ts'
import type { AccountCaller } from '../../callers.ts'
import type { DidChanges } from '../../did-changes/did-changes.ts'

interface Deps {
  accounts: Pick<Accounts, 'require'>
  didChanges: Pick<DidChanges, 'operations'>
}

export function getRecommendedDidCredentials({ accounts, didChanges }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ credentials }) => {
    const account = await accounts.require(credentials.did)
    const { services = {}, ...content } = await didChanges.operations.recommended(account)
    return { ...content, services: Object.fromEntries(Object.entries(services).map(([id, each]) => [id, { ...each }])) }
  }
}
