import type { DidKey, KeyPair } from '@atoll/crypto'
import type { DidDocument } from '@atoll/identity'
import {
  type AnyOperation,
  acceptOperation,
  cidOfOperation,
  contentOf,
  createGenesis,
  formatDidDocument,
  type LivingOperation,
  type PlcChanges,
  type PlcClient,
  type PlcContent,
  PlcError,
  type PlcIssue,
  type PlcOperation,
  PlcRequestError,
  parseOperation,
  requireAcceptable,
  tombstone,
  updateOperation,
  type ValidLog,
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
  readonly now?: () => number
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
  readonly #now: () => number

  constructor(deps: PlcAccountsDeps) {
    this.#client = deps.client
    this.#rotationKey = deps.rotationKey
    this.#recoveryKey = deps.recoveryKey
    this.#pds = deps.pds
    this.#onError = deps.onError
    this.#now = deps.now ?? (() => Date.now())
  }

  /**
   * Makes a DID and its first operation. Rotation keys in order: the user's, the operator's, the
   * server's.
   */
  create({ handle, signingKey, recoveryKey: own }: NewIdentity): { did: Did; genesis: PlcOperation } {
    const signer = this.#rotationKey
    const rotationKeys = this.#rotationKeys(own)
    const { did, op } = createGenesis({ handle, signingKey, rotationKeys, pds: this.#pds, signer })
    return { did, genesis: op }
  }

  /** What the document of an account of this server should say. */
  recommended({ handle, signingKey, recoveryKey }: NewIdentity): PlcContent {
    return {
      rotationKeys: this.#rotationKeys(recoveryKey),
      alsoKnownAs: [`at://${handle}`],
      verificationMethods: { atproto: signingKey },
      services: { atproto_pds: { type: pdsServiceType, endpoint: this.#pds } },
    }
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
    if (!isAlive(last)) throw givenUp()
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
   * What the DID has had as the key of its repository, the newest first; none for other methods
   * than did:plc, which keep no history. Operations that were undone do not count.
   */
  async signingKeys(did: Did): Promise<string[]> {
    const log = isPlc(did) ? await this.#log(did) : undefined
    return (log?.entries ?? [])
      .flatMap(({ operation, nullified }) => {
        const key = !nullified && isAlive(operation) && contentOf(operation).verificationMethods['atproto']
        return key ? [key] : []
      })
      .reverse()
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

  /** Whether the identity was ended by a tombstone. Refuses when the directory does not answer. */
  async hasEnded(did: Did): Promise<boolean> {
    try {
      return (await this.#client.getLastOp(did))?.type === 'plc_tombstone'
    } catch (error) {
      if (!isDirectoryFault(error)) throw error
      this.#onError(error)
      throw directoryFailure()
    }
  }

  /** The last operation of a DID. Refuses when this server may not sign the next one. */
  async requireMaySign(did: Did): Promise<LivingOperation> {
    if (!isPlc(did)) throw notPlc(did)
    const last = await this.#last(did)
    if (!isAlive(last)) throw givenUp()
    this.#requireOurs(last)
    return last
  }

  /**
   * An operation with the server's signature that changes some fields of the identity. It is not
   * submitted. Refuses when this server may not change the document, and what nobody could use.
   */
  async signUpdate(did: Did, changes: PlcChanges): Promise<PlcOperation> {
    const last = await this.requireMaySign(did)
    return orRefused(() => updateOperation(last, changes, this.#rotationKey))
  }

  /**
   * Reads an operation that somebody hands in for an account of this server. Refuses one after
   * which the account would not be usable here.
   */
  requireUsable(json: unknown, { handle, signingKey }: Pick<NewIdentity, 'handle' | 'signingKey'>): PlcOperation {
    const operation = orRefused(() => {
      const parsed = parseOperation(json)
      requireAcceptable(parsed)
      return parsed
    })
    if (operation.type !== 'plc_operation') {
      throw new Refused('InvalidRequest', `An account here cannot be left with a ${operation.type}`)
    }
    const service = operation.services['atproto_pds']
    const faults: readonly (readonly [boolean, string])[] = [
      [this.#isOurs(operation), notOurs],
      [service?.type === pdsServiceType, 'Incorrect type on atproto_pds service'],
      [service?.endpoint === this.#pds, 'Incorrect endpoint on atproto_pds service'],
      [operation.verificationMethods['atproto'] === signingKey, 'Incorrect signing key'],
      [operation.alsoKnownAs[0] === `at://${handle}`, 'Incorrect handle in alsoKnownAs'],
    ]
    const fault = faults.find(([isRight]) => !isRight)
    if (fault) throw new Refused('InvalidRequest', fault[1])
    return operation
  }

  /**
   * Refuses an operation that the directory would not accept after what it has. False if it has
   * the operation already, as the last.
   */
  async requireNext(did: Did, operation: PlcOperation): Promise<boolean> {
    if (!isPlc(did)) throw notPlc(did)
    const log = await this.#log(did)
    if (!log) throw new Refused('InvalidRequest', `The directory of DIDs does not know ${did}`)
    if (isSame(log.last, operation)) return false
    orRefused(() => acceptOperation(did, log.entries, operation, this.#now()))
    return true
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

  async #last(did: Did): Promise<AnyOperation | undefined> {
    return (await this.#log(did))?.last
  }

  /**
   * The operations of the DID, proven by the whole log and not by the word of the directory alone:
   * this server signs what follows from them, and must not sign for another DID. Time stamps from
   * the future pass, since this server's clock may be wrong.
   */
  async #log(did: Did): Promise<ValidLog | undefined> {
    try {
      const log = await this.#client.getAuditLog(did)
      if (log === undefined) return undefined
      const judged = await validateLogInPieces(did, log)
      if (judged.ok) return judged.value
      throw new PlcLogError(did, judged.issues)
    } catch (error) {
      if (!isDirectoryFault(error)) throw error
      this.#onError(error)
      throw directoryFailure()
    }
  }

  #rotationKeys(own: DidKey | undefined): DidKey[] {
    return [own, this.#recoveryKey, this.#rotationKey.didKey()].filter((key) => key !== undefined)
  }

  #isOurs(operation: LivingOperation): boolean {
    return contentOf(operation).rotationKeys.includes(this.#rotationKey.didKey())
  }

  #requireOurs(last: LivingOperation): void {
    if (!this.#isOurs(last)) throw new Refused('InvalidRequest', notOurs)
  }
}

const pdsServiceType = 'AtprotoPersonalDataServer'
const notOurs = "Rotation keys do not include server's rotation key"

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

function givenUp(): Refused {
  return new Refused('InvalidRequest', 'The DID of this account has been given up')
}

function notPlc(did: Did): Refused {
  return new Refused('InvalidRequest', `${did} is not a did:plc: its owner changes the document where it is published`)
}

/** Turns what the rules of did:plc refuse into a refusal of the request. */
function orRefused<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof PlcError ? new Refused('InvalidRequest', error.message) : error
  }
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
