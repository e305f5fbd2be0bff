import type { IdentityResolver } from '@atoll/identity'
import type { PlcOperation } from '@atoll/identity/plc'
import { type Account, type Claim, ConflictError, type PdsStorage } from '@atoll/storage'
import { identityEvent } from '@atoll/sync'
import { type Did, formatDatetime, type Handle } from '@atoll/syntax'
import { accountNotFound } from '../accounts/account-state.ts'
import { mayBeUnderWay, underWay } from '../claims/unfinished-changes.ts'
import type { DidLocks } from '../did-locks.ts'
import { type HostedDocuments, withHandle } from '../identity/hosted-documents.ts'
import type { LookUpCaller, LookUps } from '../identity/look-ups.ts'
import { directoryFailure, type PlcAccounts } from '../identity/plc-accounts.ts'
import { requireHandleOf } from './foreign-handles.ts'
import { type HandleRules, handleTaken } from './handle-rules.ts'
import type { ReservedHandles } from './reserved-handles.ts'

interface HandleChangesDeps {
  readonly storage: Pick<PdsStorage, 'accounts' | 'claims' | 'transact'>
  readonly handles: HandleRules
  readonly reserved: Pick<ReservedHandles, 'requireFree'>
  readonly identity: Pick<IdentityResolver, 'forget'>
  readonly lookUps: Pick<LookUps, 'of'>
  readonly hosted: Pick<HostedDocuments, 'content' | 'isTaken' | 'write'>
  readonly plc: Pick<PlcAccounts, 'handleOperation' | 'names' | 'requireAccepted' | 'restoreHandle' | 'submit'>
  readonly locks: Pick<DidLocks, 'run'>
  readonly now?: () => number
}

/** What the claim of a change notes beside the handle. */
interface Details {
  readonly operation: PlcOperation
}

/** A claim on a handle whose change is under way. */
type HandleClaim = Claim & { readonly handle: Handle }

const purpose = 'handle'
const otherChange = 'Another change of this handle'

/**
 * Gives accounts other handles. The directory cannot be part of a transaction, so there are two:
 * the first claims the handle and notes the operation, then the directory is told, and the second
 * changes the account. A change that breaks off in between is settled by what the directory holds:
 * at the next change of the account, or by a chore.
 */
export class HandleChanges {
  readonly #storage: HandleChangesDeps['storage']
  readonly #handles: HandleRules
  readonly #reserved: HandleChangesDeps['reserved']
  readonly #identity: HandleChangesDeps['identity']
  readonly #lookUps: HandleChangesDeps['lookUps']
  readonly #hosted: HandleChangesDeps['hosted']
  readonly #plc: HandleChangesDeps['plc']
  readonly #locks: HandleChangesDeps['locks']
  readonly #now: () => number

  constructor(deps: HandleChangesDeps) {
    this.#storage = deps.storage
    this.#handles = deps.handles
    this.#reserved = deps.reserved
    this.#identity = deps.identity
    this.#lookUps = deps.lookUps
    this.#hosted = deps.hosted
    this.#plc = deps.plc
    this.#locks = deps.locks
    this.#now = deps.now ?? (() => Date.now())
  }

  /**
   * Changes the handle in the DID document and here, and says so to the network, also when it is
   * the same as before. A handle of another domain must already resolve to the account, and so must
   * a bare domain of this server. The document of a did:web is changed if this server publishes it;
   * elsewhere that is left to its owner. `reserved` lets administrators use reserved names, and
   * give bare domains.
   */
  async change(
    account: Pick<Account, 'did' | 'handle'>,
    wanted: string,
    caller: LookUpCaller,
    options: { reserved?: boolean } = {},
  ): Promise<void> {
    const handles = this.#handles
    const { did } = account
    const handle = handles.normalize(wanted)
    // A name that was reserved after the account got it stays with the account.
    const reserved = options.reserved || account.handle === handle
    if (!reserved) await this.#reserved.requireFree(handle)
    if (handles.isLocal(handle)) handles.requireLocal(handle, { reserved })
    else if (!(reserved && handles.isDomain(handle))) await requireHandleOf(this.#lookUps.of(caller), handle, did)
    await this.#locks
      .run(did, () => this.#change(did, handle))
      .catch((error: unknown) => {
        throw error instanceof ConflictError ? refusalOf(error, did, handle) : error
      })
  }

  /**
   * Finishes a change that broke off, or takes it back. Leaves alone what may be under way, and
   * claims for other purposes.
   */
  async settle(claim: Claim): Promise<void> {
    if (claim.purpose === purpose && !mayBeUnderWay(claim, this.#now())) {
      await this.#locks.run(claim.did, async () => {
        const pending = await this.#pending(claim.did)
        if (pending) await this.#settle(pending)
      })
    }
  }

  async #change(did: Did, handle: Handle): Promise<void> {
    const pending = await this.#pending(did)
    if (pending?.handle === handle) return this.#carryOut(pending)
    if (pending) await this.#makeWay(pending)
    await this.#requireFree(did, handle)
    const account = await this.#storage.accounts.get(did)
    // The document of who has left is not this server's to change.
    if (!account) throw accountNotFound(did)
    const operation = await this.#plc.handleOperation(did, handle)
    if (!operation || account.handle === handle) return this.#withoutClaim(did, handle, operation)
    await this.#carryOut(await this.#claim(did, handle, operation))
  }

  /** Ends an earlier change of this account to another handle. */
  async #makeWay(pending: HandleClaim): Promise<void> {
    const { did, handle } = pending
    const isKnown = !mayBeUnderWay(pending, this.#now()) || (await this.#plc.names(did, handle))
    if (isKnown) return void (await this.#settle(pending))
    throw underWay(otherChange)
  }

  /** Refuses early, before the directory is asked, what the transaction would refuse. */
  async #requireFree(did: Did, handle: Handle): Promise<void> {
    const { accounts, claims } = this.#storage
    for (const holder of [await accounts.byHandle(handle), await claims.byHandle(handle)]) {
      if (holder && holder.did !== did) throw new ConflictError('handle')
    }
    if (await this.#hosted.isTaken(handle, did)) throw new ConflictError('handle')
  }

  async #claim(did: Did, handle: Handle, operation: PlcOperation): Promise<HandleClaim> {
    const details: Details = { operation }
    const claimedAt = formatDatetime(new Date(this.#now()))
    const claim = { did, purpose, handle, email: undefined, details: JSON.stringify(details), claimedAt }
    await this.#storage.transact(did, (tx) => tx.claims.add(claim))
    return claim
  }

  /**
   * For a handle that the document or the account has already: wherever this breaks off, nothing is
   * left wrong.
   */
  async #withoutClaim(did: Did, handle: Handle, operation: PlcOperation | undefined): Promise<void> {
    if (operation) await this.#plc.requireAccepted(did, operation)
    await this.#store(did, handle, undefined)
  }

  /** Submits the operation, again if it was submitted before, and then changes the account. */
  async #carryOut(claim: HandleClaim): Promise<void> {
    const { did, handle } = claim
    const outcome = await this.#plc.submit(did, detailsOf(claim).operation)
    if (outcome === 'accepted') return this.#finish(claim)
    if (outcome === 'refused' && (await this.#settle(claim)) === handle) return
    throw directoryFailure()
  }

  /**
   * Finishes the change if the directory has it, and releases the claim if not. Returns the handle
   * of a change that was finished.
   */
  async #settle(claim: HandleClaim): Promise<Handle | undefined> {
    const { did, handle } = claim
    if (await this.#plc.names(did, handle)) {
      await this.#finish(claim)
      return handle
    }
    await this.#storage.transact(did, (tx) => tx.claims.release(did, purpose))
    return undefined
  }

  async #finish(claim: HandleClaim): Promise<void> {
    const { did, handle } = claim
    try {
      await this.#store(did, handle, claim)
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error
      const account = await this.#storage.accounts.get(did)
      if (account?.handle === handle) return // another process finished it first
      await this.#takeBack(claim, account?.handle)
      throw error
    }
  }

  /**
   * The document names a handle that the account cannot have: puts the account's handle back into
   * it.
   */
  async #takeBack({ did, handle }: HandleClaim, before: Handle | undefined): Promise<void> {
    await this.#plc.restoreHandle(did, handle, before)
    if (await this.#pending(did)) await this.#storage.transact(did, (tx) => tx.claims.release(did, purpose))
  }

  async #store(did: Did, handle: Handle, claim: HandleClaim | undefined): Promise<void> {
    const at = formatDatetime(new Date(this.#now()))
    const content = await this.#hosted.content(did)
    await this.#storage.transact(did, (tx) => {
      if (claim) tx.claims.release(did, purpose)
      tx.accounts.update(did, { handle })
      if (content) this.#hosted.write(tx, did, withHandle(content, handle), at)
      tx.events.append(identityEvent(did, handle, at))
    })
    await Promise.all([this.#identity.forget(did), this.#identity.forget(handle)])
  }

  async #pending(did: Did): Promise<HandleClaim | undefined> {
    const claim = await this.#storage.claims.of(did)
    // Every claim of this purpose is on a handle.
    return claim?.purpose === purpose ? (claim as HandleClaim) : undefined
  }
}

function detailsOf(claim: Claim): Details {
  // Written by `#claim` alone.
  return JSON.parse(claim.details) as Details
}

function refusalOf(error: ConflictError, did: Did, handle: Handle): Error {
  switch (error.field) {
    case 'handle':
      return handleTaken(handle)
    case 'claim': // another process has begun, or undone, a change of this account
      return underWay(otherChange)
    case 'did':
      return accountNotFound(did)
    default:
      return error
  }
}
