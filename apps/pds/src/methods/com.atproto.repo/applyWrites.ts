import type { InputOf, OutputOf } from '@atoll/lexicon'
import type { applyWrites as method } from '@atoll/lexicons/com.atproto.repo'
import { maxWrites } from '@atoll/repo'
import { type Did, formatAtUri } from '@atoll/syntax'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../access.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import { cidText } from '../../repos/cid-text.ts'
import { requireOwnRepo, requireSwapCommit } from '../../repos/write/own-repo.ts'
import type { PlannedWrite } from '../../repos/write/planned-write.ts'
import { keyed, type PreparedRecord, type RecordPreparer } from '../../repos/write/prepare-record.ts'
import type { RepoWriter } from '../../repos/write/repo-writer.ts'

interface Deps {
  accounts: Pick<Accounts, 'find'>
  preparer: RecordPreparer
  writer: RepoWriter
}

type Write = InputOf<typeof method>['writes'][number]
type PreparedWrite =
  | { readonly action: 'create' | 'update'; readonly record: PreparedRecord }
  | Extract<PlannedWrite, { action: 'delete' }>
type WriteResult = NonNullable<OutputOf<typeof method>['results']>[number]

export function applyWrites({ accounts, preparer, writer }: Deps): Handler<typeof method, AccountCaller> {
  return async ({ input, credentials, refuse }) => {
    const did = await requireOwnRepo(accounts, input.repo, credentials)
    if (input.writes.length > maxWrites) throw refuse('InvalidRequest', `Too many writes. Max: ${maxWrites}`)
    const prepared = input.writes.map((write) => prepare(write, preparer, input.validate))
    const { head, writes, committed } = await writer.write(did, async (current) => {
      requireSwapCommit(input.swapCommit, current.head)
      return prepared.map((write) =>
        write.action === 'delete' ? write : { ...write, record: keyed(write.record, current.newKey) },
      )
    })
    return {
      ...(committed ? { commit: { cid: cidText(head.cid), rev: head.rev } } : {}),
      results: writes.map((write) => resultOf(did, write)),
    }
  }
}

/** What a batch costs: as much as its writes one by one. */
export function writePoints({ input }: { input: InputOf<typeof method> }): number {
  return input.writes.reduce(
    (sum, { $type }) => sum + ($type.endsWith('#create') ? 3 : $type.endsWith('#update') ? 2 : 1),
    0,
  )
}

function prepare(write: Write, preparer: RecordPreparer, validate: boolean | undefined): PreparedWrite {
  const { $type, collection, rkey } = write
  switch ($type) {
    case 'com.atproto.repo.applyWrites#create':
      return { action: 'create', record: preparer.prepare({ collection, rkey, value: write.value, validate }) }
    case 'com.atproto.repo.applyWrites#update':
      return { action: 'update', record: preparer.prepare({ collection, rkey, value: write.value, validate }) }
    case 'com.atproto.repo.applyWrites#delete':
      return { action: 'delete', collection, rkey: write.rkey }
  }
}

function resultOf(did: Did, write: PlannedWrite): WriteResult {
  if (write.action === 'delete') return { $type: 'com.atproto.repo.applyWrites#deleteResult' }
  const { collection, rkey, cid, validationStatus } = write.record
  return {
    $type:
      write.action === 'create'
        ? 'com.atproto.repo.applyWrites#createResult'
        : 'com.atproto.repo.applyWrites#updateResult',
    uri: formatAtUri({ authority: did, collection, rkey }),
    cid: cidText(cid),
    validationStatus,
  }
}
