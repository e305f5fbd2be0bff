import type { getRecord as method } from '@atoll/lexicons/com.atproto.sync'
import { proveRecord } from '@atoll/repo'
import type { PdsStorage } from '@atoll/storage'
import type { Handler } from '@atoll/xrpc-server'
import type { Reader } from '../../access.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import { requireSynced } from '../../repos/read/readable.ts'
import { carOf, withRepoBlocks } from '../../repos/read/repo-car.ts'

interface Deps {
  accounts: Pick<Accounts, 'find'>
  storage: Pick<PdsStorage, 'repos'>
}

export function getRecord({ accounts, storage }: Deps): Handler<typeof method, Reader> {
  return async ({ params, credentials, refuse }) => {
    const { did } = requireSynced(await accounts.find(params.did), params.did, credentials)
    const { collection, rkey } = params
    const head = await storage.repos.head(did)
    if (!head) throw refuse('RepoNotFound', `Could not find repo for DID: ${did}`)
    const proof = await withRepoBlocks(storage.repos, did, (get) => proveRecord({ head, get, collection, rkey }))
    return carOf(head.cid, proof)
  }
}
