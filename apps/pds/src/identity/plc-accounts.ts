import type { DidKey, KeyPair } from '@atoll/crypto'
import type { DidDocument } from '@atoll/identity'
import {
  type AnyOperation,
  cidOfOperation,
  contentOf,
  createGenesis,
  formatDidDocument,
  type LivingOperation,
  type PlcClient,
  PlcError,
  type PlcIssue,
  type PlcOperation,
  PlcRequestError,
  tombstone,
  updateOperation,
  validateLogInPieces,
} from '@atoll/identity/plc'
import type { Did, Handle } from '@atoll/syntax'
import { Refused } from '../refused.ts'

interface PlcAccountsDeps {
  readonly client: Pick<PlcClient, 'submit' | 'getLastOp' | 'getAuditLog'>
  readonly rotationKey: KeyPair
  /** The operator's own key, put before the server's. */
  readonly recoveryKey: DidKey | undefined
  /** Where the accounts' repositories are served. */
  readonly pds: string
  readonly onError: (error: unknown) => void
}

/** The content of a new identity. */
export interface NewIdentity {
  readonly handle: Handle
  readonly signingKey: DidKey
  readonly recoveryKey: DidKey | undefined
}

/**
 * What became of an operation. `unknown`: the directory did not answer, and the operation may be
 * there, or may still arrive.
 */
export type Outcome = 'accepted' | 'refused' | 'unknown'

/**
 * The did:plc identities of this server's accounts. An operation is made first, so that it can be
 * stored, and submitted afterwards. Submitting the same one twice does no harm.
 */
export class PlcAccounts {
  readonly #client: PlcAccountsDeps['client']
  readonly #rotationKey: KeyPair
  readonly #recoveryKey: DidKey | undefined
  readonly #pds: string
  readonly #onError: (error: unknown) => void

  constructor(deps: PlcAccountsDeps) {
    this.#client = deps.client
    this.#rotationKey = deps.rotationKey
    this.#recoveryKey = deps.recoveryKey
    this.#pds = deps.pds
    this.#onError = deps.onError
  }

  /**
   * Makes a DID and its first operation. Rotation keys in order: the user's, the operator's, the
   * server's.
   */
  create({ handle, signingKey, recoveryKey: own }: NewIdentity): { did: Did; genesis: PlcOperation } {
    const signer = this.#rotationKey
    const rotationKeys = [own, this.#recoveryKey, signer.didKey()].filter((key) => key !== undefined)
    const { did, op } = createGenesis({ handle, signingKey, rotationKeys, pds: this.#pds, signer })
    return { did, genesis: op }
  }

  /** Whether a first operation has the content that one made now would have. */
  isCurrent(genesis: PlcOperation, identity: NewIdentity): boolean {
    const [noted, now] = [genesis, this.create(identity).genesis].map((op) => JSON.stringify(contentOf(op)))
    return noted === now
  }

  /**
   * The operation that puts a handle into the DID document; undefined if it is the first one there
   * already. DIDs of other methods than did:plc are the owner's business. Refuses when this server
   * may not change the document.
   */
  async handleOperation(did: Did, handle: Handle): Promise<PlcOperation | undefined> {
    if (!isPlc(did)) return undefined
    const last = await this.#last(did)
    if (!isAlive(last)) throw new Refused('InvalidRequest', 'The DID of this account has been given up')
    if (handleIn(last) === handle) return undefined
    this.#requireOurs(last)
    return updateOperation(last, { handle }, this.#rotationKey)
  }

  /** Whether the DID document names this handle first, by what the directory has now. */
  async names(did: Did, handle: Handle): Promise<boolean> {
    const last = await this.#last(did)
    return isAlive(last) && handleIn(last) === handle
  }

  /**
   * Replaces a wrong handle in the DID document with the one that the account has, where this
   * server may change the document.
   */
  async restoreHandle(did: Did, wrong: Handle, handle: Handle | undefined): Promise<void> {
    const last = await this.#last(did)
    if (!isAlive(last) || handleIn(last) !== wrong || !this.#isOurs(last)) return
    const changes = handle
      ? { handle }
      : { alsoKnownAs: contentOf(last).alsoKnownAs.filter((name) => name !== `at://${wrong}`) }
    await this.requireAccepted(did, updateOperation(last, changes, this.#rotationKey))
  }

  /** Whether this operation is the last of the DID. */
  async holds(did: Did, operation: AnyOperation): Promise<boolean> {
    const last = await this.#last(did)
    return last !== undefined && isSame(last, operation)
  }

  /**
   * Ends the identity that begins with `genesis`, if it was registered and nobody has changed it
   * since. One made under another rotation key stays: no operation that this server signs would be
   * accepted.
   */
  async giveUp(did: Did, genesis: PlcOperation): Promise<void> {
    if (!this.#isOurs(genesis) || !(await this.holds(did, genesis))) return
    await this.requireAccepted(did, tombstone(genesis, this.#rotationKey))
  }

  /**
   * Submits an operation. One that is already there, as the last of its DID, counts as accepted.
   */
  async submit(did: Did, operation: AnyOperation): Promise<Outcome> {
    try {
      await this.#client.submit(did, operation)
      return 'accepted'
    } catch (error) {
      if (!isDirectoryFault(error)) throw error
      // A directory refuses a repeat as out of order.
      const last = await this.#client.getLastOp(did).catch(() => 'unknown' as const)
      if (last !== 'unknown' && last && isSame(last, operation)) return 'accepted'
      this.#onError(error)
      return last === 'unknown' || !isRefusal(error) ? 'unknown' : 'refused'
    }
  }

  async requireAccepted(did: Did, operation: AnyOperation): Promise<void> {
    if ((await this.submit(did, operation)) !== 'accepted') throw directoryFailure()
  }

  /**
   * The last operation of the DID, by its whole log and not by the word of the directory alone:
   * this server signs what follows from it, and must not sign for another DID. Time stamps from the
   * future pass, since this server's clock may be wrong.
   */
  async #last(did: Did): Promise<AnyOperation | undefined> {
    try {
      const log = await this.#client.getAuditLog(did)
      if (log === undefined) return undefined
      const judged = await validateLogInPieces(did, log)
      if (judged.ok) return judged.value.last
      throw new PlcLogError(did, judged.issues)
    } catch (error) {
      if (!isDirectoryFault(error)) throw error
      this.#onError(error)
      throw directoryFailure()
    }
  }

  #isOurs(operation: LivingOperation): boolean {
    return contentOf(operation).rotationKeys.includes(this.#rotationKey.didKey())
  }

  #requireOurs(last: LivingOperation): void {
    if (!this.#isOurs(last)) throw new Refused('InvalidRequest', "Rotation keys do not include server's rotation key")
  }
}

/** The directory gave a log that is not the DID's. */
class PlcLogError extends Error {
  override name = 'PlcLogError'
  constructor(did: Did, issues: readonly PlcIssue[]) {
    super(`the directory's log of ${did} does not hold: ${issues[0]?.message}`)
  }
}

/** The document that follows from a first operation. */
export function firstDocument(did: Did, genesis: PlcOperation): DidDocument {
  return formatDidDocument({ did, ...contentOf(genesis) })
}

export function directoryFailure(): Refused {
  return new Refused(
    'UpstreamFailure',
    'The directory of DIDs cannot be reached, or refused the change; try again later',
  )
}

function isPlc(did: Did): boolean {
  return did.startsWith('did:plc:')
}

function isAlive(last: AnyOperation | undefined): last is LivingOperation {
  return last !== undefined && last.type !== 'plc_tombstone'
}

function handleIn(operation: LivingOperation): string | undefined {
  return contentOf(operation)
    .alsoKnownAs.find((name) => name.startsWith('at://'))
    ?.slice('at://'.length)
}

function isSame(a: AnyOperation, b: AnyOperation): boolean {
  return cidOfOperation(a) === cidOfOperation(b)
}

function isDirectoryFault(error: unknown): boolean {
  return error instanceof PlcError || error instanceof PlcRequestError || error instanceof PlcLogError
}

/** Whether the directory answered that it does not accept the operation. */
function isRefusal(error: unknown): boolean {
  return error instanceof PlcRequestError && error.status !== undefined && error.status >= 400 && error.status < 500
}
