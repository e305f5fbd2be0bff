import type { listRepos as method } from '@atoll/lexicons/com.atproto.sync'
import type { Handler } from '@atoll/xrpc-server'
import { cidText } from '../../repos/cid-text.ts'
import type { Repos } from '../../repos/repos.ts'

interface Deps {
  repos: Pick<Repos, 'reader'>
}

export function listRepos({ repos }: Deps): Handler<typeof method> {
  return async ({ params }) => {
    const { items, cursor } = await repos.reader.list({ limit: params.limit, cursor: params.cursor })
    return {
      cursor,
      repos: items.map(({ did, head, rev, status }) => ({
        did,
        head: cidText(head),
        rev,
        active: status === 'active',
        ...(status === 'active' ? {} : { status }),
      })),
    }
  }
}
