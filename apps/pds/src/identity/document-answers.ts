import { DataModelError, jsonToValue, type ValueMap } from '@atoll/data-model'
import type { DidDocument, IdentityResolver } from '@atoll/identity'
import type { Did } from '@atoll/syntax'

interface DocumentAnswersDeps {
  readonly resolver: Pick<IdentityResolver, 'resolveDid'>
  /** Whether the operator wants documents in the answers about sessions. */
  readonly withSession: boolean
}

/** The DID documents of accounts as answers carry them: `{ didDoc }`, or nothing when it cannot be had. */
export class DocumentAnswers {
  readonly #resolver: Pick<IdentityResolver, 'resolveDid'>
  readonly #withSession: boolean

  constructor(deps: DocumentAnswersDeps) {
    this.#resolver = deps.resolver
    this.#withSession = deps.withSession
  }

  /** For an answer about a session: nothing unless the operator wants it. */
  async forSession(did: Did): Promise<{ didDoc?: ValueMap }> {
    return this.#withSession ? this.forAccount(did) : {}
  }

  /** For a new account, whose client has not seen its document yet. */
  async forAccount(did: Did): Promise<{ didDoc?: ValueMap }> {
    const document = await this.#resolver.resolveDid(did).catch(() => undefined)
    return document ? documentAnswer(document) : {}
  }
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
