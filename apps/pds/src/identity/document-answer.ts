import { DataModelError, jsonToValue, type ValueMap } from '@atoll/data-model'
import type { DidDocument, IdentityResolver } from '@atoll/identity'
import type { Did } from '@atoll/syntax'
import type { Config } from '../config/config.ts'

/** What the document of an account is taken from, where the operator wants it in the answers about sessions. */
export interface DocumentSource {
  readonly config: Pick<Config, 'identity'>
  readonly identity: Pick<IdentityResolver, 'resolveDid'>
}

/** The DID document that a session answer carries: nothing unless the operator wants it, and nothing when it cannot be had. */
export async function sessionDocument(source: DocumentSource, did: Did): Promise<{ didDoc?: ValueMap }> {
  return source.config.identity.didDocumentWithSession ? accountDocument(source, did) : {}
}

/** The same for a new account, whose client has not seen its document yet. */
export async function accountDocument(
  { identity }: Pick<DocumentSource, 'identity'>,
  did: Did,
): Promise<{ didDoc?: ValueMap }> {
  const document = await identity.resolveDid(did).catch(() => undefined)
  return document ? documentAnswer(document) : {}
}

/** The document, or nothing where it is JSON that an answer cannot hold: a fraction, or the key `__proto__`. */
export function documentAnswer(document: DidDocument): { didDoc?: ValueMap } {
  try {
    // A document is a JSON object.
    return { didDoc: jsonToValue(document) as ValueMap }
  } catch (error) {
    if (error instanceof DataModelError) return {}
    throw error
  }
}
