import type { getBlocks as method } from '@atoll/lexicons/com.atproto.sync'
import type { Handler } from '@atoll/xrpc-server'
import type { Reader } from '../../callers.ts'
import { requestedCid } from '../../repos/cid-text.ts'
import type { Repos } from '../../repos/repos.ts'

/** As many as fit the longest address that Node reads, three times over. */
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
    // CAR v1 asks for a root or more, and readers refuse a file with none; the blocks asked for are no repository, so the first stands in.
    return repo.blocks([first, ...others])
  }
}
