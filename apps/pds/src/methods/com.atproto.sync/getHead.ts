import type { getHead as method } from '@atoll/lexicons/com.atproto.sync'
import type { Handler } from '@atoll/xrpc-server'
import type { Reader } from '../../callers.ts'
import { cidText } from '../../repos/cid-text.ts'
import type { Repos } from '../../repos/repos.ts'

interface Deps {
  repos: Pick<Repos, 'reader'>
}

export function getHead({ repos }: Deps): Handler<typeof method, Reader> {
  return async ({ params, credentials, refuse }) => {
    const repo = await repos.reader.syncable(params.did, credentials)
    const head = await repo.head()
    if (!head) throw refuse('HeadNotFound', `Could not find root for DID: ${repo.did}`)
    return { root: cidText(head.cid) }
  }
}
