import type { createRecoveryCodes as method } from '@atoll/lexicons/dev.atoll.account'
import { clientNetwork, type Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../callers.ts'
import type { SecondFactors } from '../../second-factors/second-factors.ts'

interface Deps {
  secondFactors: Pick<SecondFactors, 'createRecoveryCodes'>
}

export function createRecoveryCodes({ secondFactors }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ credentials, input, ip, signal }) => {
    const asker = { client: clientNetwork(ip), signal }
    return { recoveryCodes: await secondFactors.createRecoveryCodes(credentials.did, input, asker) }
  }
}
