import {
  type DidDocument,
  type IdentityResolver,
  InvalidDidDocumentError,
  pdsOf,
  type ResolveOptions,
  signingKeyOf,
  UnsupportedDidError,
} from '@atoll/identity'
import type { Did } from '@atoll/syntax'
import type { PdsOf, SigningKeyOf } from './verdict.ts'

/**
 * What verifying asks about accounts, answered by a resolver. A DID document that is none counts like one that is not there;
 * a source that does not answer is an error, and never taken for the end of an account.
 */
export function identitySource(resolver: Pick<IdentityResolver, 'resolveDid'>): {
  signingKeyOf: SigningKeyOf
  pdsOf: PdsOf
} {
  const documentOf = async (did: Did, options: ResolveOptions): Promise<DidDocument | undefined> => {
    try {
      return await resolver.resolveDid(did, options)
    } catch (error) {
      if (error instanceof InvalidDidDocumentError || error instanceof UnsupportedDidError) return undefined
      throw error
    }
  }
  return {
    async signingKeyOf(did, options) {
      const document = await documentOf(did, options)
      return document && signingKeyOf(document)
    },
    async pdsOf(did, options) {
      const document = await documentOf(did, options)
      return document && pdsOf(document)
    },
  }
}
