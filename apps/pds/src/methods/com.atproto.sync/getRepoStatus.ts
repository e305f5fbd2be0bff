import type { getRepoStatus as method } from '@atoll/lexicons/com.atproto.sync'
import type { Handler } from '@atoll/xrpc-server'
import type { Repos } from '../../repos/repos.ts'

interface Deps {
  repos: Pick<Repos, 'reader'>
}

export function getRepoStatus({ repos }: Deps): Handler<typeof method> {
  return async ({ params }) => {
    const { did, status, rev } = await repos.reader.status(params.did)
    return status === 'active' ? { did, active: true, rev } : { did, active: false, status }
  }
}
