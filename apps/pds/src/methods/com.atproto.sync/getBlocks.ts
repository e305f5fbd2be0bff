import type { getBlocks as method } from '@atoll/lexicons/com.atproto.sync'
import type { Storage } from '@atoll/storage'
import type { Handler } from '@atoll/xrpc-server'
import type { Reader } from '../../access.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import { Refused } from '../../refused.ts'
import { requestedCid } from '../../repos/cid-text.ts'
import { requireSynced } from '../../repos/readable.ts'
import { carOf, requireBlocks } from '../../repos/repo-car.ts'

interface Deps {
  accounts: Pick<Accounts, 'find'>
  storage: Pick<Storage, 'repos'>
}

export function getBlocks({ accounts, storage }: Deps): Handler<typeof method, Reader> {
  return async ({ params, credentials }) => {
    const { did } = requireSynced(await accounts.find(params.did), params.did, credentials)
    const cids = params.cids.map((text) => requestedCid(text))
    const [first] = cids
    if (!first) throw new Refused('InvalidRequest', 'Name at least one block')
    // CAR v1 asks for a root or more, and readers refuse a file with none; the blocks asked for are no repository, so the first stands in.
    return carOf(first, await requireBlocks(storage.repos, did, cids))
  }
}
