import type { DidKey } from '@atoll/crypto'
import {
  type DidDocument,
  type IdentityResolver,
  InvalidDidDocumentError,
  type Occasion,
  pdsOf,
  type ResolveOptions,
  resolveForOccasion,
  signingKeyOf,
  UnsupportedDidError,
} from '@atoll/identity'
import type { Did } from '@atoll/syntax'
import type { Awaitable } from '../awaitable.ts'

/** How an account is asked about. */
export interface QuestionOptions {
  /** Bypasses the cache. */
  readonly refresh: boolean
  /**
   * The same object in all questions that one message raises, so that the account's source is asked
   * once.
   */
  readonly occasion?: Occasion
}

/** What verifying asks about accounts. */
export interface IdentitySource {
  /** The account's current signing key; `undefined` when it has none (any more). */
  readonly signingKeyOf: (did: Did, options: QuestionOptions) => Awaitable<DidKey | undefined>
  /** The URL of the account's current server; `undefined` when it has none. */
  readonly pdsOf: (did: Did, options: QuestionOptions) => Awaitable<string | undefined>
}

/**
 * What verifying asks about accounts, looked up by a resolver. An invalid DID document counts like
 * a missing one; a directory that does not respond is an error, and never taken for the end of an
 * account.
 */
export function identitySource(resolver: Pick<IdentityResolver, 'resolveDid'>): IdentitySource {
  const usableDocument = async (did: Did, options: ResolveOptions): Promise<DidDocument | undefined> => {
    try {
      return await resolver.resolveDid(did, options)
    } catch (error) {
      if (error instanceof InvalidDidDocumentError || error instanceof UnsupportedDidError) return undefined
      throw error
    }
  }
  const documentOf = (did: Did, options: QuestionOptions) => resolveForOccasion(usableDocument, did, options)
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
