import type { getBlocks as method } from '@atoll/lexicons/com.atproto.sync'
import type { Handler } from '@atoll/xrpc-server'
import type { Reader } from '../../callers.ts'
import { requestedCid } from '../../repos/cid-text.ts'
import type { Repos } from '../../repos/repos.ts'

/** Three times as many as fit into the longest URL that Node accepts. */
const maxCids = 1000

interface Deps {
  repos: Pick<Repos, 'reader'>
}

export function getBlocks({ repos }: Deps): Handler<typeof method, Reader> {
  return async ({ params, credentials, refuse }) => {
    const repo = await repos.reader.syncable(params.did, credentials)
    if (params.cids.length > maxCids) throw refuse('InvalidRequest', `Ask for at most ${maxCids} blocks at once`)
    const [first, ...others] = params.cids.map((text) => requestedCid(text))
    if (!first) throw refuse('InvalidRequest', 'Name at least one block')
    // A CAR v1 file must have a root, and readers refuse one without. These blocks have none of
    // their own, so the first stands in.
    return repo.blocks([first, ...others])
  }
}
