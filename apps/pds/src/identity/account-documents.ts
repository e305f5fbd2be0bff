import { DataModelError, jsonToValue, type ValueMap } from '@atoll/data-model'
import type { DidDocument, IdentityResolver } from '@atoll/identity'
import type { Did } from '@atoll/syntax'
import { Refused } from '../refused.ts'

interface AccountDocumentsDeps {
  readonly resolver: Pick<IdentityResolver, 'resolveDid'>
  /** Whether the operator wants documents in the outputs about sessions. */
  readonly withSession: boolean
}

/**
 * The DID documents of accounts, as a field of outputs: `{ didDoc }`, or `{}` if there is no
 * document to give.
 */
export class AccountDocuments {
  readonly #resolver: Pick<IdentityResolver, 'resolveDid'>
  readonly #withSession: boolean

  constructor(deps: AccountDocumentsDeps) {
    this.#resolver = deps.resolver
    this.#withSession = deps.withSession
  }

  /** For an output about a session: `{}` unless the operator wants the document. */
  async forSession(did: Did): Promise<{ didDoc?: ValueMap }> {
    return this.#withSession ? this.forNewAccount(did) : {}
  }

  /** For a new account, whose client has not seen its document yet. */
  async forNewAccount(did: Did): Promise<{ didDoc?: ValueMap }> {
    const document = await this.#resolver.resolveDid(did).catch(() => undefined)
    return document ? didDocField(document) : {}
  }
}

/** The document as a value of an output. Refuses one that an output cannot hold. */
export function requireDidDoc(document: DidDocument): ValueMap {
  const { didDoc } = didDocField(document)
  if (!didDoc) throw new Refused('InvalidRequest', `DID document is not of the data model: ${document.id}`)
  return didDoc
}

/**
 * The document as a field, or `{}` if it has JSON that an output cannot hold: a fraction, or the
 * key `__proto__`.
 */
export function didDocField(document: DidDocument): { didDoc?: ValueMap } {
  try {
    // A document is a JSON object.
    return { didDoc: jsonToValue(document) as ValueMap }
  } catch (error) {
    if (error instanceof DataModelError) return {}
    throw error
  }
}
