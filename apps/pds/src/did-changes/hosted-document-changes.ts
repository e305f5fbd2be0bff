import type { DidDocument, IdentityResolver } from '@atoll/identity'
import { PlcError } from '@atoll/identity/plc'
import { ConflictError, type PdsStorage } from '@atoll/storage'
import { identityEvent } from '@atoll/sync'
import { type Did, formatDatetime } from '@atoll/syntax'
import { accountNotFound, requireAccount } from '../accounts/account-state.ts'
import type { DidLocks } from '../did-locks.ts'
import { type HostedContent, type HostedDocuments, parseHostedContent } from '../identity/hosted-documents.ts'
import { type GivenCode, type MailedCodes, refuseUsedCode } from '../mailed-codes/mailed-codes.ts'
import { Refused } from '../refused.ts'

interface HostedDocumentChangesDeps {
  readonly storage: Pick<PdsStorage, 'accounts' | 'transact'>
  readonly hosted: Pick<HostedDocuments, 'content' | 'write' | 'document'>
  readonly resolver: Pick<IdentityResolver, 'forget'>
  /** Shared with the changes of handles, which change documents as well. */
  readonly locks: Pick<DidLocks, 'run'>
  readonly codes: Pick<MailedCodes, 'use'>
  readonly now?: () => number
}

/**
 * Changes of did:web documents that this server publishes, by their owners: also after the account
 * has moved away, as long as the owner can sign in here.
 */
export class HostedDocumentChanges {
  readonly #storage: HostedDocumentChangesDeps['storage']
  readonly #hosted: HostedDocumentChangesDeps['hosted']
  readonly #resolver: HostedDocumentChangesDeps['resolver']
  readonly #locks: HostedDocumentChangesDeps['locks']
  readonly #codes: HostedDocumentChangesDeps['codes']
  readonly #now: () => number

  constructor(deps: HostedDocumentChangesDeps) {
    this.#storage = deps.storage
    this.#hosted = deps.hosted
    this.#resolver = deps.resolver
    this.#locks = deps.locks
    this.#codes = deps.codes
    this.#now = deps.now ?? (() => Date.now())
  }

  /**
   * Replaces the given fields of the document, and tells the network, in the transaction that uses
   * up the code. Refuses with `InvalidRequest` if
   * there is no such document here, and what a document cannot say.
   */
  async update(did: Did, changes: Partial<HostedContent>, code: GivenCode): Promise<DidDocument> {
    await this.#locks
      .run(did, () => this.#update(did, changes, code))
      .catch((error: unknown) => {
        if (error instanceof ConflictError && error.field === 'did') throw accountNotFound(did)
        refuseUsedCode(error)
      })
    await this.#resolver.forget(did)
    const document = await this.#hosted.document(did)
    if (!document) throw accountNotFound(did)
    return document
  }

  async #update(did: Did, changes: Partial<HostedContent>, code: GivenCode): Promise<void> {
    const { handle } = requireAccount(await this.#storage.accounts.get(did), did)
    const before = await this.#hosted.content(did)
    if (!before) throw new Refused('InvalidRequest', `This server does not publish the document of ${did}`)
    const content = parsed({ ...before, ...changes })
    const at = formatDatetime(new Date(this.#now()))
    await this.#storage.transact(did, (tx) => {
      this.#codes.use(tx, code)
      tx.accounts.update(did, {}) // nothing is told of an account that is deleted meanwhile
      this.#hosted.write(tx, did, content, at)
      tx.events.append(identityEvent(did, handle, at))
    })
  }
}

function parsed(content: HostedContent): HostedContent {
  try {
    return parseHostedContent(content)
  } catch (error) {
    throw error instanceof PlcError ? new Refused('InvalidRequest', error.message) : error
  }
}
