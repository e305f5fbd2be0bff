import { handleOf, type IdentityResolver } from '@atoll/identity'
import type { describeRepo as method } from '@atoll/lexicons/com.atproto.repo'
import type { PdsStorage } from '@atoll/storage'
import type { Handler } from '@atoll/xrpc-server'
import type { Accounts } from '../../accounts/accounts.ts'
import { documentAnswer } from '../../identity/document-answer.ts'
import { requireSynced } from '../../repos/read/readable.ts'

/**
 * Honest repositories have a hundred. The list has no cursor and a repository may have a collection for each of its records, so it ends
 * somewhere: at about 3 MB of the longest names.
 */
const maxCollections = 1_000

interface Deps {
  accounts: Pick<Accounts, 'find'>
  storage: Pick<PdsStorage, 'records'>
  identity: Pick<IdentityResolver, 'resolveDid'>
}

export function describeRepo({ accounts, storage, identity }: Deps): Handler<typeof method> {
  return async ({ params, signal, refuse }) => {
    const { did, handle = 'handle.invalid' } = requireSynced(await accounts.find(params.repo), params.repo, undefined)
    const document = await identity.resolveDid(did, { signal }).catch(() => undefined)
    if (!document) throw refuse('InvalidRequest', `Could not resolve DID: ${did}`)
    const { didDoc } = documentAnswer(document)
    if (!didDoc) throw refuse('InvalidRequest', `DID document is not of the data model: ${did}`)
    return {
      handle,
      did,
      didDoc,
      collections: await storage.records.collections(did, { limit: maxCollections }),
      handleIsCorrect: handleOf(document) === handle,
    }
  }
}
