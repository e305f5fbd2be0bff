import { streamCar } from '@atoll/car'
import type { getRepo as method } from '@atoll/lexicons/com.atproto.sync'
import { exportRepo } from '@atoll/repo'
import type { RepoSnapshot, Storage } from '@atoll/storage'
import type { Handler } from '@atoll/xrpc-server'
import type { Reader } from '../../access.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import { Refused } from '../../refused.ts'
import { requireSynced } from '../../repos/readable.ts'

interface Deps {
  accounts: Pick<Accounts, 'find'>
  storage: Pick<Storage, 'repos'>
}

export function getRepo({ accounts, storage }: Deps): Handler<typeof method, Reader> {
  return async ({ params, credentials }) => {
    const { did } = requireSynced(await accounts.find(params.did), params.did, credentials)
    const snapshot = await storage.repos.snapshot(did)
    if (!snapshot) throw new Refused('RepoNotFound', `Could not find repo for DID: ${did}`)
    return { encoding: 'application/vnd.ipld.car', body: carOf(snapshot) }
  }
}

async function* carOf(snapshot: RepoSnapshot): AsyncIterable<Uint8Array> {
  try {
    yield* streamCar(
      [snapshot.head.cid],
      exportRepo({ head: snapshot.head, load: (cids) => snapshot.blocks(cids), hashed: true }),
    )
  } finally {
    snapshot.close()
  }
}
