import type { DidDocument } from '@atoll/identity'
import { formatDidDocument, type PlcContent, parseOperation, requireAcceptable } from '@atoll/identity/plc'
import type { PdsStorage, PdsTransaction } from '@atoll/storage'
import type { Datetime, Did, Handle } from '@atoll/syntax'

/** What a document says that this server publishes: as in did:plc, without rotation keys. */
export type HostedContent = Omit<PlcContent, 'rotationKeys'>

interface HostedDocumentsDeps {
  readonly storage: Pick<PdsStorage, 'didDocuments'>
  /** The domains under which accounts get handles, each with a leading dot. */
  readonly domains: readonly string[]
  /** Where the accounts' repositories are served. */
  readonly pds: string
  /** Whether new ones may begin. Those that are there are published in any case. */
  readonly mayBegin: boolean
}

type Writes = Pick<PdsTransaction, 'didDocuments'>

/**
 * The documents of did:web identities whose host names are under this server's handle domains. Once
 * published, a document stays: after its account has moved away, and as "gone" after the account
 * was deleted, so that no other person ever gets the identity.
 */
export class HostedDocuments {
  readonly #storage: HostedDocumentsDeps['storage']
  readonly #domains: readonly string[]
  readonly #pds: string
  readonly #mayBegin: boolean

  constructor(deps: HostedDocumentsDeps) {
    this.#storage = deps.storage
    this.#domains = deps.domains
    this.#pds = deps.pds
    this.#mayBegin = deps.mayBegin
  }

  /** Whether an account may be made with this DID: a host name that never had a document here. */
  async mayBegin(did: Did): Promise<boolean> {
    return this.#mayBegin && this.#isUnderDomains(did) && !(await this.#storage.didDocuments.get(did))
  }

  /**
   * For the transaction that makes the account. `ConflictError('did')` if the DID was used before.
   */
  begin(tx: Writes, did: Did, { handle, signingKey }: { handle: Handle; signingKey: string }, at: Datetime): void {
    const content: HostedContent = {
      alsoKnownAs: [`at://${handle}`],
      verificationMethods: { atproto: signingKey },
      services: { atproto_pds: { type: 'AtprotoPersonalDataServer', endpoint: this.#pds } },
    }
    tx.didDocuments.create(did, JSON.stringify(content), at)
  }

  /**
   * The document of a DID; `null` if it has ended, and undefined if this server never published
   * one.
   */
  async document(did: Did): Promise<DidDocument | null | undefined> {
    if (!this.#isUnderDomains(did)) return undefined
    const stored = await this.#storage.didDocuments.get(did)
    if (!stored) return undefined
    return stored.content === undefined ? null : hostedDocument(did, contentOf(stored.content))
  }

  /** What the document says, if this server publishes one that has not ended. */
  async content(did: Did): Promise<HostedContent | undefined> {
    if (!this.#isUnderDomains(did)) return undefined
    const stored = await this.#storage.didDocuments.get(did)
    return stored?.content === undefined ? undefined : contentOf(stored.content)
  }

  /** Whether a handle is the host name of somebody else's living document. */
  async isTaken(handle: Handle, by: Did | undefined): Promise<boolean> {
    const did: Did = `did:web:${handle}`
    return did !== by && (await this.content(did)) !== undefined
  }

  write(tx: Writes, did: Did, content: HostedContent, at: Datetime): void {
    tx.didDocuments.update(did, JSON.stringify(content), at)
  }

  /**
   * For the transaction that deletes the account: ends a document that leads here. One that leads
   * elsewhere stays as it is, because the identity lives on there.
   */
  async ending(did: Did): Promise<(tx: Writes, at: Datetime) => void> {
    const content = await this.content(did)
    const leadsHere = content?.services['atproto_pds']?.endpoint === this.#pds
    return (tx, at) => {
      if (leadsHere) tx.didDocuments.end(did, at)
    }
  }

  #isUnderDomains(did: Did): boolean {
    if (!did.startsWith('did:web:')) return false
    const host = did.slice('did:web:'.length)
    const domain = this.#domains.find((each) => host.endsWith(each))
    return domain !== undefined && /^[a-z0-9-]+$/.test(host.slice(0, -domain.length))
  }
}

/** Content whose first handle is another. */
export function withHandle(content: HostedContent, handle: Handle): HostedContent {
  const { alsoKnownAs } = content
  const uri = `at://${handle}`
  const at = alsoKnownAs.findIndex((name) => name.startsWith('at://'))
  const others = alsoKnownAs.filter((name, index) => index !== at && name !== uri)
  return { ...content, alsoKnownAs: [...others.slice(0, Math.max(at, 0)), uri, ...others.slice(Math.max(at, 0))] }
}

/**
 * Content as a client gives it.
 *
 * @throws PlcError for what a document cannot say, or not at that length
 */
export function parseHostedContent(json: HostedContent): HostedContent {
  const { alsoKnownAs, verificationMethods, services } = json
  const content = { alsoKnownAs, verificationMethods, services }
  // A document here has the form and the limits that the directory of did:plc sets.
  const operation = parseOperation({ type: 'plc_operation', rotationKeys: [], ...content, prev: null, sig: '' })
  requireAcceptable(operation)
  return content
}

function hostedDocument(did: Did, content: HostedContent): DidDocument {
  return formatDidDocument({ did, rotationKeys: [], ...content })
}

function contentOf(text: string): HostedContent {
  // Written by `begin` and `write` alone.
  return JSON.parse(text) as HostedContent
}
