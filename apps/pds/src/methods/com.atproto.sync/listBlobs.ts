import type { listBlobs as method } from '@atoll/lexicons/com.atproto.sync'
import type { Handler } from '@atoll/xrpc-server'
import type { Reader } from '../../callers.ts'
import { cidText, requestedCid } from '../../repos/cid-text.ts'
import type { Repos } from '../../repos/repos.ts'

interface Deps {
  repos: Pick<Repos, 'reader'>
}

export function listBlobs({ repos }: Deps): Handler<typeof method, Reader> {
  return async ({ params, credentials }) => {
    const repo = await repos.reader.syncable(params.did, credentials)
    const { limit, since } = params
    const cursor = params.cursor === undefined ? undefined : requestedCid(params.cursor)
    const cids = (await repo.blobs({ limit, cursor, since })).map(cidText)
    return { cursor: cids.at(-1), cids }
  }
}
