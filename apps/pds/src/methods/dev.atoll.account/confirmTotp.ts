import type { confirmTotp as method } from '@atoll/lexicons/dev.atoll.account'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../callers.ts'
import type { SecondFactors } from '../../second-factors/second-factors.ts'

interface Deps {
  secondFactors: Pick<SecondFactors, 'confirmTotp'>
}

export function confirmTotp({ secondFactors }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ credentials, input }) => ({
    recoveryCodes: await secondFactors.confirmTotp(credentials.did, input.code),
  })
}
