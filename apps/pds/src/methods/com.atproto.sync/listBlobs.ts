import type { listBlobs as method } from '@atoll/lexicons/com.atproto.sync'
import type { Handler } from '@atoll/xrpc-server'
import { maySeeInactive, type Reader } from '../../callers.ts'
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
    const { cids, takendown } = await repo.blobs({ limit, cursor, since })
    const texts = cids.map(cidText)
    const hidden = maySeeInactive(credentials, repo.did) ? new Set() : new Set(takendown.map(cidText))
    return { cursor: texts.at(-1), cids: texts.filter((text) => !hidden.has(text)) }
  }
}
