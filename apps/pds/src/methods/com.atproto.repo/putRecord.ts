import type { putRecord as method } from '@atoll/lexicons/com.atproto.repo'
import type { PdsStorage } from '@atoll/storage'
import { formatAtUri } from '@atoll/syntax'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../access.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import { upgradeLegacyReferences } from '../../blobs/legacy-references.ts'
import { cidText } from '../../repos/cid-text.ts'
import { requireOwnRepo, requireSwapCommit, requireSwapRecord } from '../../repos/write/own-repo.ts'
import type { RecordPreparer } from '../../repos/write/prepare-record.ts'
import type { RepoWriter } from '../../repos/write/repo-writer.ts'

interface Deps {
  accounts: Pick<Accounts, 'find'>
  preparer: RecordPreparer
  writer: RepoWriter
  storage: Pick<PdsStorage, 'blobs'>
}

const profile = 'app.bsky.actor.profile'

export function putRecord({ accounts, preparer, writer, storage }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ input, credentials }) => {
    const did = await requireOwnRepo(accounts, input.repo, credentials)
    const { collection, rkey, validate } = input
    const value =
      collection === profile ? await upgradeLegacyReferences(storage.blobs, did, input.record) : input.record
    const record = { ...preparer.prepare({ collection, rkey, value, validate }), rkey }
    const { head, committed } = await writer.write(did, async (current) => {
      const existing = await current.record(record.collection, record.rkey)
      requireSwapCommit(input.swapCommit, current.head)
      requireSwapRecord(input.swapRecord, existing)
      if (existing?.equals(record.cid)) return []
      return [{ action: existing ? 'update' : 'create', record }]
    })
    return {
      uri: formatAtUri({ authority: did, collection: record.collection, rkey: record.rkey }),
      cid: cidText(record.cid),
      ...(committed ? { commit: { cid: cidText(head.cid), rev: head.rev } } : {}),
      validationStatus: record.validationStatus,
    }
  }
}
