import type { deleteRecord as method } from '@atoll/lexicons/com.atproto.repo'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../access.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import { cidText } from '../../repos/cid-text.ts'
import { requireOwnRepo, requireSwapCommit, requireSwapRecord } from '../../repos/write/own-repo.ts'
import type { RepoWriter } from '../../repos/write/repo-writer.ts'

interface Deps {
  accounts: Pick<Accounts, 'find'>
  writer: RepoWriter
}

export function deleteRecord({ accounts, writer }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ input, credentials }) => {
    const did = await requireOwnRepo(accounts, input.repo, credentials)
    const { collection, rkey } = input
    const { head, committed } = await writer.write(did, async (current) => {
      const existing = await current.record(collection, rkey)
      // What is gone already was deleted as asked, perhaps by the same request sent twice.
      if (!existing) return []
      requireSwapCommit(input.swapCommit, current.head)
      requireSwapRecord(input.swapRecord, existing)
      return [{ action: 'delete', collection, rkey }]
    })
    return committed ? { commit: { cid: cidText(head.cid), rev: head.rev } } : {}
  }
}
