import type { getFactors as method } from '@atoll/lexicons/dev.atoll.account'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../callers.ts'
import type { SecondFactors } from '../../second-factors/second-factors.ts'

interface Deps {
  secondFactors: Pick<SecondFactors, 'of'>
}

export function getFactors({ secondFactors }: Deps): Handler<typeof method, AccountCaller> {
  return ({ credentials }) => secondFactors.of(credentials.did)
}
