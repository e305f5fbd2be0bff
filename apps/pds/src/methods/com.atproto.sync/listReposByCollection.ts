import type { listReposByCollection as method } from '@atoll/lexicons/com.atproto.sync'
import type { Handler } from '@atoll/xrpc-server'
import type { Repos } from '../../repos/repos.ts'

interface Deps {
  repos: Pick<Repos, 'reader'>
}

export function listReposByCollection({ repos }: Deps): Handler<typeof method> {
  return async ({ params }) => {
    const { items, cursor } = await repos.reader.listByCollection(params.collection, params)
    return { cursor, repos: items.map((did) => ({ did })) }
  }
}
