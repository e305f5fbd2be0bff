import type { getLatestCommit as method } from '@atoll/lexicons/com.atproto.sync'
import type { PdsStorage } from '@atoll/storage'
import type { Handler } from '@atoll/xrpc-server'
import type { Reader } from '../../access.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import { cidText } from '../../repos/cid-text.ts'
import { requireSynced } from '../../repos/read/readable.ts'

interface Deps {
  accounts: Pick<Accounts, 'find'>
  storage: Pick<PdsStorage, 'repos'>
}

export function getLatestCommit({ accounts, storage }: Deps): Handler<typeof method, Reader> {
  return async ({ params, credentials, refuse }) => {
    const { did } = requireSynced(await accounts.find(params.did), params.did, credentials)
    const head = await storage.repos.head(did)
    if (!head) throw refuse('RepoNotFound', `Could not find root for DID: ${did}`)
    return { cid: cidText(head.cid), rev: head.rev }
  }
}
