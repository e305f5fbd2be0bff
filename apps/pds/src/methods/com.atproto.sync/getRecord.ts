import type { getRecord as method } from '@atoll/lexicons/com.atproto.sync'
import type { Handler } from '@atoll/xrpc-server'
import type { Reader } from '../../callers.ts'
import type { Repos } from '../../repos/repos.ts'

interface Deps {
  repos: Pick<Repos, 'reader'>
}

export function getRecord({ repos }: Deps): Handler<typeof method, Reader> {
  return async ({ params, credentials }) => {
    const repo = await repos.reader.syncable(params.did, credentials)
    return repo.proof(params.collection, params.rkey)
  }
}
