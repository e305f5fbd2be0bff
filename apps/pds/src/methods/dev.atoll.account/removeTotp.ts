import type { removeTotp as method } from '@atoll/lexicons/dev.atoll.account'
import { clientNetwork, type Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../callers.ts'
import type { SecondFactors } from '../../second-factors/second-factors.ts'

interface Deps {
  secondFactors: Pick<SecondFactors, 'removeTotp'>
}

export function removeTotp({ secondFactors }: Deps): Handler<typeof method, AccountCaller> {
  return ({ credentials, input, ip, signal }) =>
    secondFactors.removeTotp(credentials.did, input, { client: clientNetwork(ip), signal })
}
