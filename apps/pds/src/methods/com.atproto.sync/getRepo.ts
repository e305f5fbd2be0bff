import type { getRepo as method } from '@atoll/lexicons/com.atproto.sync'
import type { Handler } from '@atoll/xrpc-server'
import type { Reader } from '../../access.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import type { Exports } from '../../repos/read/exports.ts'
import { requireSynced } from '../../repos/read/readable.ts'

interface Deps {
  accounts: Pick<Accounts, 'find'>
  exports: Pick<Exports, 'open'>
}

export function getRepo({ accounts, exports }: Deps): Handler<typeof method, Reader> {
  return async ({ params, credentials, ip }) => {
    const { did } = requireSynced(await accounts.find(params.did), params.did, credentials)
    return exports.open(did, { ip, since: params.since })
  }
}
