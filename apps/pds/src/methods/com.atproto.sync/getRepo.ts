import type { getRepo as method } from '@atoll/lexicons/com.atproto.sync'
import type { Storage } from '@atoll/storage'
import type { Handler } from '@atoll/xrpc-server'
import type { Reader } from '../../access.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import { requireSynced } from '../../repos/readable.ts'
import { repoCar } from '../../repos/repo-car.ts'

interface Deps {
  accounts: Pick<Accounts, 'find'>
  storage: Pick<Storage, 'repos'>
}

export function getRepo({ accounts, storage }: Deps): Handler<typeof method, Reader> {
  return async ({ params, credentials }) => {
    const { did } = requireSynced(await accounts.find(params.did), params.did, credentials)
    return repoCar(storage.repos, did, params.since)
  }
}
