import type { getRecord as method } from '@atoll/lexicons/com.atproto.sync'
import { formatAtUri } from '@atoll/syntax'
import type { Handler } from '@atoll/xrpc-server'
import { maySeeInactive, type Reader } from '../../callers.ts'
import type { Repos } from '../../repos/repos.ts'

interface Deps {
  repos: Pick<Repos, 'reader'>
}

export function getRecord({ repos }: Deps): Handler<typeof method, Reader> {
  return async ({ params, credentials, refuse }) => {
    const repo = await repos.reader.syncable(params.did, credentials)
    const { did } = repo
    const { collection, rkey } = params
    if (!maySeeInactive(credentials, did) && (await repo.isTakendown(collection, rkey))) {
      throw refuse('RecordNotFound', `Could not locate record: ${formatAtUri({ authority: did, collection, rkey })}`)
    }
    return repo.proof(collection, rkey)
  }
}
