import type { getRepoStatus as method } from '@atoll/lexicons/com.atproto.sync'
import { accountStatus, type PdsStorage } from '@atoll/storage'
import type { Handler } from '@atoll/xrpc-server'
import type { Accounts } from '../../accounts/accounts.ts'

interface Deps {
  accounts: Pick<Accounts, 'find'>
  storage: Pick<PdsStorage, 'repos'>
}

export function getRepoStatus({ accounts, storage }: Deps): Handler<typeof method> {
  return async ({ params, refuse }) => {
    const account = await accounts.find(params.did)
    if (!account) throw refuse('RepoNotFound', `Could not find repo for DID: ${params.did}`)
    const { did } = account
    const status = accountStatus(account)
    if (status !== 'active') return { did, active: false, status }
    const head = await storage.repos.head(did)
    return { did, active: true, rev: head?.rev }
  }
}
