import type { Did } from '@atoll/syntax'
import type { DidDocument } from './did/document.ts'
import type { ResolveOptions } from './identity-resolver.ts'

/**
 * What all questions that one message or token raises have in common. A document that was fetched for an occasion is not
 * fetched for it again. Each occasion is about one account, and begins as `{}`.
 */
export interface Occasion {
  fetched?: { readonly document: DidDocument | undefined }
}

/** Resolves a DID, or returns what was fetched for the occasion, even when `refresh` asks for something newer. */
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
