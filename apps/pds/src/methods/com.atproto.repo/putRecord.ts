import type { putRecord as method } from '@atoll/lexicons/com.atproto.repo'
import { formatAtUri } from '@atoll/syntax'
import type { Handler } from '@atoll/xrpc-server'
import type { Blobs } from '../../blobs/blobs.ts'
import type { AccountCaller } from '../../callers.ts'
import { cidText } from '../../repos/cid-text.ts'
import type { Repos } from '../../repos/repos.ts'

interface Deps {
  repos: Pick<Repos, 'reader' | 'preparer' | 'writes'>
  blobs: Pick<Blobs, 'upgradeLegacyReferences'>
}

const profile = 'app.bsky.actor.profile'

export function putRecord({ repos, blobs }: Deps): Handler<typeof method, AccountCaller> {
  const { reader, preparer, writes } = repos
  return async ({ input, credentials }) => {
    const did = await reader.own(input.repo, credentials)
    const { collection, rkey, validate } = input
    // Clients that edit an old profile send back what they read.
    const value = collection === profile ? await blobs.upgradeLegacyReferences(did, input.record) : input.record
    const record = { ...preparer.prepare({ action: 'create', collection, rkey, value, validate }), rkey }
    const { head, committed } = await writes.put(did, record, input)
    return {
      uri: formatAtUri({ authority: did, collection: record.collection, rkey: record.rkey }),
      cid: cidText(record.cid),
      ...(committed ? { commit: { cid: cidText(head.cid), rev: head.rev } } : {}),
      validationStatus: record.validationStatus,
    }
  }
}
