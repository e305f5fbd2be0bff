import type { IdentityResolver } from '@atoll/identity'
import { cidOfOperation, type PlcChanges, type PlcContent, type PlcOperation } from '@atoll/identity/plc'
import { type Account, type Claim, ConflictError, type PdsStorage } from '@atoll/storage'
import { identityEvent } from '@atoll/sync'
import { type Did, formatDatetime } from '@atoll/syntax'
import { accountNotFound, requireAccount } from '../accounts/account-state.ts'
import { mayBeUnderWay, underWay } from '../claims/unfinished-changes.ts'
import type { DidLocks } from '../did-locks.ts'
import type { HostedDocuments } from '../identity/hosted-documents.ts'
import { directoryFailure, type NewIdentity, type PlcAccounts } from '../identity/plc-accounts.ts'
import { type GivenCode, type MailedCodes, refuseUsedCode } from '../mailed-codes/mailed-codes.ts'
import { Refused } from '../refused.ts'
import type { SigningKeys } from '../repos/write/signing-keys.ts'

interface PlcOperationsDeps {
  readonly storage: Pick<PdsStorage, 'accounts' | 'claims' | 'transact'>
  readonly signingKeys: Pick<SigningKeys, 'of'>
  readonly plc: Pick<
    PlcAccounts,
    'recommended' | 'requireMaySign' | 'signUpdate' | 'requireUsable' | 'requireNext' | 'submit' | 'holds'
  >
  readonly hosted: Pick<HostedDocuments, 'content'>
  readonly resolver: Pick<IdentityResolver, 'forget'>
  /** Shared with the changes of handles, which submit operations as well. */
  readonly locks: Pick<DidLocks, 'run'>
  readonly codes: Pick<MailedCodes, 'use'>
  readonly now?: () => number
}

/** What the claim of an operation notes. */
interface Details {
  readonly operation: PlcOperation
}

const purpose = 'plc operation'

/**
 * Operations of did:plc that the owners of accounts ask for or bring. One that is submitted is
 * claimed first: if the request breaks off, a chore looks whether the directory has it, and then
 * tells the network.
 */
export class PlcOperations {
  readonly #storage: PlcOperationsDeps['storage']
  readonly #signingKeys: PlcOperationsDeps['signingKeys']
  readonly #plc: PlcOperationsDeps['plc']
  readonly #resolver: PlcOperationsDeps['resolver']
  readonly #locks: PlcOperationsDeps['locks']
  readonly #hosted: PlcOperationsDeps['hosted']
  readonly #codes: PlcOperationsDeps['codes']
  readonly #now: () => number

  constructor(deps: PlcOperationsDeps) {
    this.#storage = deps.storage
    this.#signingKeys = deps.signingKeys
    this.#plc = deps.plc
    this.#resolver = deps.resolver
    this.#locks = deps.locks
    this.#hosted = deps.hosted
    this.#codes = deps.codes
    this.#now = deps.now ?? (() => Date.now())
  }

  /**
   * What the document of this account should say while it lives here. Only a did:plc has rotation
   * keys.
   */
  async recommended(account: Account): Promise<Partial<PlcContent>> {
    const { rotationKeys, ...content } = this.#plc.recommended(await this.#identityOf(account))
    return account.did.startsWith('did:plc:') ? { rotationKeys, ...content } : content
  }

  /**
   * Refuses an account for which a code would be of no use: this server may neither sign for its
   * DID, nor publishes its document.
   */
  async requireChangeable(did: Did): Promise<void> {
    if (!(await this.#hosted.content(did))) await this.#plc.requireMaySign(did)
  }

  /**
   * An operation that the owner may submit here or elsewhere, signed by this server. The code is
   * used up only if it is signed.
   */
  async sign(did: Did, changes: PlcChanges, code: GivenCode): Promise<PlcOperation> {
    const operation = await this.#plc.signUpdate(did, changes)
    await this.#storage.transact(did, (tx) => this.#codes.use(tx, code)).catch(refuseUsedCode)
    return operation
  }

  /**
   * Submits an operation that leaves the account usable here, and tells the network of it. Refuses
   * any other, and what the directory would not accept. An operation that the directory has already
   * is told again.
   */
  async submit(did: Did, json: unknown): Promise<void> {
    await this.#locks
      .run(did, () => this.#submit(did, json))
      .catch((error: unknown) => {
        throw error instanceof ConflictError ? refusalOf(error, did) : error
      })
  }

  /** Finishes an operation that broke off, or forgets it. Leaves any other claim alone. */
  async settle(claim: Claim): Promise<void> {
    if (claim.purpose !== purpose || mayBeUnderWay(claim, this.#now())) return
    await this.#locks.run(claim.did, async () => {
      const pending = await this.#storage.claims.of(claim.did)
      if (pending?.purpose === purpose) await this.#settle(pending)
    })
  }

  async #submit(did: Did, json: unknown): Promise<void> {
    const account = requireAccount(await this.#storage.accounts.get(did), did)
    const operation = this.#plc.requireUsable(json, await this.#identityOf(account))
    const claim = await this.#pending(did, operation)
    if (!(await this.#plc.requireNext(did, operation))) return this.#announce(did, claim)
    await this.#carryOut(claim ?? (await this.#claim(did, operation)))
  }

  /** The claim of this very operation, if an earlier request broke off. Makes way for another. */
  async #pending(did: Did, operation: PlcOperation): Promise<Claim | undefined> {
    const claim = await this.#storage.claims.of(did)
    if (!claim) return undefined
    if (claim.purpose !== purpose) throw otherChange()
    if (cidOfOperation(detailsOf(claim).operation) === cidOfOperation(operation)) return claim
    if (mayBeUnderWay(claim, this.#now())) throw otherChange()
    await this.#settle(claim)
    return undefined
  }

  async #claim(did: Did, operation: PlcOperation): Promise<Claim> {
    const details: Details = { operation }
    const claimedAt = formatDatetime(new Date(this.#now()))
    const claim = {
      did,
      purpose,
      handle: undefined,
      email: undefined,
      details: JSON.stringify(details),
      claimedAt,
    }
    await this.#storage.transact(did, (tx) => tx.claims.add(claim))
    return claim
  }

  async #carryOut(claim: Claim): Promise<void> {
    const { did } = claim
    const outcome = await this.#plc.submit(did, detailsOf(claim).operation)
    if (outcome === 'accepted') return this.#announce(did, claim)
    if (outcome === 'refused') await this.#release(did)
    throw directoryFailure()
  }

  async #settle(claim: Claim): Promise<void> {
    const { did } = claim
    if (await this.#plc.holds(did, detailsOf(claim).operation)) await this.#announce(did, claim)
    else await this.#release(did)
  }

  async #release(did: Did): Promise<void> {
    await this.#storage.transact(did, (tx) => tx.claims.release(did, purpose))
  }

  async #announce(did: Did, claim: Claim | undefined): Promise<void> {
    const account = requireAccount(await this.#storage.accounts.get(did), did)
    await this.#storage.transact(did, (tx) => {
      if (claim) tx.claims.release(did, purpose)
      tx.accounts.update(did, {}) // nothing is told of an account that is deleted meanwhile
      tx.events.append(identityEvent(did, account.handle, formatDatetime(new Date(this.#now()))))
    })
    await this.#resolver.forget(did)
  }

  async #identityOf({ did, handle }: Account): Promise<NewIdentity> {
    if (!handle) throw new Refused('InvalidRequest', 'The account has no handle: give it one first')
    const signingKey = (await this.#signingKeys.of(did)).didKey()
    return { handle, signingKey, recoveryKey: undefined }
  }
}

function detailsOf(claim: Claim): Details {
  // Written by `#claim` alone.
  return JSON.parse(claim.details) as Details
}

function otherChange(): Refused {
  return underWay('Another change of the identity of this account')
}

function refusalOf(error: ConflictError, did: Did): Error {
  if (error.field === 'did') return accountNotFound(did)
  return error.field === 'claim' ? otherChange() : error
}
