import type { listBlobs as method } from '@atoll/lexicons/com.atproto.sync'
import type { PdsStorage } from '@atoll/storage'
import type { Handler } from '@atoll/xrpc-server'
import type { Reader } from '../../access.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import { cidText, requestedCid } from '../../repos/cid-text.ts'
import { requireSynced } from '../../repos/read/readable.ts'

interface Deps {
  accounts: Pick<Accounts, 'find'>
  storage: Pick<PdsStorage, 'blobs'>
}

export function listBlobs({ accounts, storage }: Deps): Handler<typeof method, Reader> {
  return async ({ params, credentials }) => {
    const { did } = requireSynced(await accounts.find(params.did), params.did, credentials)
    const { limit, since } = params
    const cursor = params.cursor === undefined ? undefined : requestedCid(params.cursor)
    const cids = (await storage.blobs.list(did, { limit, cursor, since })).map(cidText)
    return { cursor: cids.at(-1), cids }
  }
}
