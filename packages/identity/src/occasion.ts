import type { Did } from '@atoll/syntax'
import type { DidDocument } from './did/document.ts'
import type { ResolveOptions } from './identity-resolver.ts'

/**
 * The processing of one message or token, however often that needs the account's document: what was
 * fetched for an occasion is not fetched for it again. It concerns one account, and begins as `{}`.
 */
export interface Occasion {
  fetched?: { readonly document: DidDocument | undefined }
}

/**
 * Resolves a DID. If its document was fetched for this occasion already, returns that one, even
 * with `refresh`. A document from the cache does not count as fetched.
 */
export async function resolveForOccasion(
  resolve: (did: Did, options: ResolveOptions) => Promise<DidDocument | undefined>,
  did: Did,
  { refresh, occasion }: { readonly refresh: boolean; readonly occasion?: Occasion },
): Promise<DidDocument | undefined> {
  if (occasion?.fetched) return occasion.fetched.document
  let isNew = refresh
  const onLookup = () => {
    isNew = true
  }
  const document = await resolve(did, { refresh, onLookup })
  if (occasion && isNew) occasion.fetched = { document }
  return document
}
