import type { createRecord as method } from '@atoll/lexicons/com.atproto.repo'
import { formatAtUri } from '@atoll/syntax'
import type { Handler } from '@atoll/xrpc-server'
import type { AccountCaller } from '../../callers.ts'
import { cidText } from '../../repos/cid-text.ts'
import type { Repos } from '../../repos/repos.ts'

interface Deps {
  repos: Pick<Repos, 'reader' | 'preparer' | 'writes'>
}

export function createRecord({ repos }: Deps): Handler<typeof method, AccountCaller> {
  const { reader, preparer, writes } = repos
  return async ({ input, credentials }) => {
    const did = await reader.own(input.repo, credentials)
    const prepared = preparer.prepare({
      action: 'create',
      collection: input.collection,
      rkey: input.rkey,
      value: input.record,
      validate: input.validate,
    })
    const outcome = await writes.create(did, prepared, input)
    const [record] = outcome.writes
    return {
      uri: formatAtUri({ authority: did, collection: record.collection, rkey: record.rkey }),
      cid: cidText(record.cid),
      commit: { cid: cidText(outcome.head.cid), rev: outcome.head.rev },
      validationStatus: record.validationStatus,
    }
  }
}
