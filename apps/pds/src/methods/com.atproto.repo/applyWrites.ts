import type { InputOf, OutputOf } from '@atoll/lexicon'
import type { applyWrites as method } from '@atoll/lexicons/com.atproto.repo'
import { maxWrites } from '@atoll/repo'
import { type Did, formatAtUri } from '@atoll/syntax'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../callers.ts'
import { cidText } from '../../repos/cid-text.ts'
import type { Repos } from '../../repos/repos.ts'
import { deletion, type WantedWrite, type Write } from '../../repos/write/write.ts'

interface Deps {
  repos: Pick<Repos, 'reader' | 'preparer' | 'writes'>
}

type InputWrite = InputOf<typeof method>['writes'][number]
type WriteResult = NonNullable<OutputOf<typeof method>['results']>[number]

export function applyWrites({ repos }: Deps): Handler<typeof method, AccountCaller> {
  const { reader, preparer, writes } = repos
  return async ({ input, credentials, refuse }) => {
    const did = await reader.own(input.repo, credentials)
    if (input.writes.length > maxWrites) throw refuse('InvalidRequest', `Too many writes. Max: ${maxWrites}`)
    const wanted = input.writes.map((write) => prepare(write, preparer, input.validate))
    const outcome = await writes.apply(did, wanted, input)
    const { head, committed } = outcome
    return {
      ...(committed ? { commit: { cid: cidText(head.cid), rev: head.rev } } : {}),
      results: outcome.writes.map((write) => resultOf(did, write)),
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

function prepare(write: InputWrite, preparer: Repos['preparer'], validate: boolean | undefined): WantedWrite {
  const { $type, collection, rkey } = write
  switch ($type) {
    case 'com.atproto.repo.applyWrites#create':
      return preparer.prepare({ action: 'create', collection, rkey, value: write.value, validate })
    case 'com.atproto.repo.applyWrites#update':
      return preparer.prepare({ action: 'update', collection, rkey, value: write.value, validate })
    case 'com.atproto.repo.applyWrites#delete':
      return deletion(collection, write.rkey)
  }
}

function resultOf(did: Did, write: Write): WriteResult {
  if (write.action === 'delete') return { $type: 'com.atproto.repo.applyWrites#deleteResult' }
  const { collection, rkey, cid, validationStatus } = write
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
