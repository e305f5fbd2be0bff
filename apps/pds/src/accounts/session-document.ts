import { jsonToValue, type ValueMap } from '@atoll/data-model'
import type { IdentityResolver } from '@atoll/identity'
import type { Did } from '@atoll/syntax'
import type { Config } from '../config.ts'

/** What the document of an account is taken from, where the operator wants it in the answers about sessions. */
export interface DocumentSource {
  readonly config: Pick<Config, 'identity'>
  readonly identity: Pick<IdentityResolver, 'resolveDid'>
}

/** The DID document that a session answer carries: nothing unless it is asked for, and nothing when it cannot be had. */
export async function sessionDocument(
  { config, identity }: DocumentSource,
  did: Did,
  options?: { refresh: boolean },
): Promise<{ didDoc?: ValueMap }> {
  if (!config.identity.didDocumentWithSession) return {}
  const document = await identity.resolveDid(did, options).catch(() => undefined)
  // A document is a JSON object.
  return document ? { didDoc: jsonToValue(document) as ValueMap } : {}
}
