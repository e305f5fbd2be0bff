import type { getRepo as method } from '@atoll/lexicons/com.atproto.sync'
import type { Handler } from '@atoll/xrpc-server'
import type { Reader } from '../../callers.ts'
import type { Repos } from '../../repos/repos.ts'

interface Deps {
  repos: Pick<Repos, 'reader'>
}

export function getRepo({ repos }: Deps): Handler<typeof method, Reader> {
  return async ({ params, credentials, ip }) => {
    const repo = await repos.reader.syncable(params.did, credentials)
    return repo.export({ ip, since: params.since })
  }
}
