import { type DidDocument, type ResolveOptions, resolveForOccasion, signingKeyOf } from '@atoll/identity'
import type { Did } from '@atoll/syntax'
import type { SigningKeyOf } from '@atoll/xrpc-server'
import { type LookUpCaller, type LookUps, orUnknown } from '../identity/look-ups.ts'

/** Finds the keys of the issuers of service tokens, as one caller may have them looked up. */
export function signingKeysFor(lookUps: Pick<LookUps, 'of'>, caller: LookUpCaller): SigningKeyOf {
  const documentOf = documentsFor(lookUps, caller)
  return async (did, { refresh }) => {
    const document = await documentOf(did, refresh)
    return document && signingKeyOf(document)
  }
}

/**
 * Finds the documents of the issuers of service tokens, as one caller may have them looked up.
 * Undefined for what cannot be resolved.
 */
export function documentsFor(
  lookUps: Pick<LookUps, 'of'>,
  caller: LookUpCaller,
): (did: Did, refresh: boolean) => Promise<DidDocument | undefined> {
  const identity = lookUps.of(caller)
  const resolve = (did: Did, options: ResolveOptions) => orUnknown(identity.resolveDid(did, options))
  const occasion = {}
  return (did, refresh) => resolveForOccasion(resolve, did, { refresh, occasion })
}
