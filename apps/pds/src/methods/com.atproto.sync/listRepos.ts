import type { listRepos as method } from '@atoll/lexicons/com.atproto.sync'
import { InvalidCursorError, type PdsStorage } from '@atoll/storage'
import type { Handler } from '@atoll/xrpc-server'
import { cidText } from '../../repos/cid-text.ts'

export function listRepos({ storage }: { storage: Pick<PdsStorage, 'repos'> }): Handler<typeof method> {
  return async ({ params, refuse }) => {
    const { items, cursor } = await storage.repos
      .list({ limit: params.limit, cursor: params.cursor })
      .catch((error: unknown) => {
        throw error instanceof InvalidCursorError ? refuse('InvalidRequest', 'Malformed cursor') : error
      })
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
