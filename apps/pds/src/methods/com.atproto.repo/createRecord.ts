import type { createRecord as method } from '@atoll/lexicons/com.atproto.repo'
import { formatAtUri } from '@atoll/syntax'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../access.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import { cidText } from '../../repos/cid-text.ts'
import { requireOwnRepo, requireSwapCommit } from '../../repos/write/own-repo.ts'
import { keyed, type RecordPreparer } from '../../repos/write/prepare-record.ts'
import type { RepoWriter } from '../../repos/write/repo-writer.ts'

interface Deps {
  accounts: Pick<Accounts, 'find'>
  preparer: RecordPreparer
  writer: RepoWriter
}

export function createRecord({ accounts, preparer, writer }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ input, credentials }) => {
    const did = await requireOwnRepo(accounts, input.repo, credentials)
    const prepared = preparer.prepare({
      collection: input.collection,
      rkey: input.rkey,
      value: input.record,
      validate: input.validate,
    })
    const { head, writes } = await writer.write(did, async (current) => {
      requireSwapCommit(input.swapCommit, current.head)
      return [{ action: 'create', record: keyed(prepared, current.newKey) }] as const
    })
    const [{ record }] = writes
    return {
      uri: formatAtUri({ authority: did, collection: record.collection, rkey: record.rkey }),
      cid: cidText(record.cid),
      commit: { cid: cidText(head.cid), rev: head.rev },
      validationStatus: record.validationStatus,
    }
  }
}
