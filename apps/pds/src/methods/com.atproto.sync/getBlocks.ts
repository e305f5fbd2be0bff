import type { getBlocks as method } from '@atoll/lexicons/com.atproto.sync'
import type { PdsStorage } from '@atoll/storage'
import type { Handler } from '@atoll/xrpc-server'
import type { Reader } from '../../access.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import { requestedCid } from '../../repos/cid-text.ts'
import { requireSynced } from '../../repos/read/readable.ts'
import { blocksCar } from '../../repos/read/repo-car.ts'

/** As many as fit the longest address that Node reads, three times over. */
const maxCids = 1000

interface Deps {
  accounts: Pick<Accounts, 'find'>
  storage: Pick<PdsStorage, 'repos'>
}

export function getBlocks({ accounts, storage }: Deps): Handler<typeof method, Reader> {
  return async ({ params, credentials, refuse }) => {
    const { did } = requireSynced(await accounts.find(params.did), params.did, credentials)
    if (params.cids.length > maxCids) throw refuse('InvalidRequest', `Ask for at most ${maxCids} blocks at once`)
    const [first, ...others] = params.cids.map((text) => requestedCid(text))
    if (!first) throw refuse('InvalidRequest', 'Name at least one block')
    // CAR v1 asks for a root or more, and readers refuse a file with none; the blocks asked for are no repository, so the first stands in.
    return blocksCar(storage.repos, did, [first, ...others])
  }
}
