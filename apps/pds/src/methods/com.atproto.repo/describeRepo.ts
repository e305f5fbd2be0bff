import { handleOf } from '@atoll/identity'
import type { describeRepo as method } from '@atoll/lexicons/com.atproto.repo'
import type { Handler } from '@atoll/xrpc-server'
import { didDocField } from '../../identity/account-documents.ts'
import type { Identity } from '../../identity/identity.ts'
import type { Repos } from '../../repos/repos.ts'

/**
 * Honest repositories have a hundred. The list has no cursor and a repository may have a collection
 * for each of its records, so it ends somewhere: at about 3 MB of the longest names.
 */
const maxCollections = 1_000

interface Deps {
  repos: Pick<Repos, 'reader'>
  identity: Pick<Identity, 'resolver'>
}

export function describeRepo({ repos, identity }: Deps): Handler<typeof method> {
  return async ({ params, signal, refuse }) => {
    const repo = await repos.reader.syncable(params.repo, undefined)
    const { did, handle = 'handle.invalid' } = repo.account
    const document = await identity.resolver.resolveDid(did, { signal }).catch(() => undefined)
    if (!document) throw refuse('InvalidRequest', `Could not resolve DID: ${did}`)
    const { didDoc } = didDocField(document)
    if (!didDoc) throw refuse('InvalidRequest', `DID document is not of the data model: ${did}`)
    return {
      handle,
      did,
      didDoc,
      collections: await repo.collections({ limit: maxCollections }),
      handleIsCorrect: handleOf(document) === handle,
    }
  }
}
