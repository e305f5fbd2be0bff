import { importKeyPair, type KeyPair } from '@atoll/crypto'
import { type IdentityResolver, signingKeyOf } from '@atoll/identity'
import type { PlcOperation } from '@atoll/identity/plc'
import { type Claim, ConflictError, type PdsStorage, type PdsTransaction } from '@atoll/storage'
import { identityEvent } from '@atoll/sync'
import { type Datetime, type Did, formatDatetime } from '@atoll/syntax'
import { accountNotFound, isActive, requireAccount } from '../accounts/account-state.ts'
import { mayBeUnderWay, underWay } from '../claims/unfinished-changes.ts'
import type { DidLocks } from '../did-locks.ts'
import type { HostedContent, HostedDocuments } from '../identity/hosted-documents.ts'
import { directoryFailure, type PlcAccounts } from '../identity/plc-accounts.ts'
import { Refused } from '../refused.ts'
import type { RepoWriter } from '../repos/write/repo-writer.ts'
import type { SigningKeys } from '../repos/write/signing-keys.ts'

interface SigningKeyChangesDeps {
  readonly storage: Pick<PdsStorage, 'accounts' | 'claims' | 'keys' | 'transact'>
  readonly signingKeys: Pick<SigningKeys, 'of'>
  readonly writer: Pick<RepoWriter, 'changeSigner'>
  readonly plc: Pick<PlcAccounts, 'signUpdate' | 'submit' | 'holds'>
  readonly hosted: Pick<HostedDocuments, 'content' | 'write'>
  readonly resolver: Pick<IdentityResolver, 'resolveDid' | 'forget'>
  /** Shared with the changes of handles. */
  readonly locks: Pick<DidLocks, 'run'>
  readonly now?: () => number
}

/** What the claim of a change notes. */
interface Details {
  readonly didKey: string
  readonly operation: PlcOperation
}

/** A key pair that this server holds, and how it comes to be the account's. */
interface HeldKey {
  readonly pair: KeyPair
  readonly isReserved: boolean
}

type Complete = (tx: PdsTransaction, at: Datetime) => void

const purpose = 'signing key'

/**
 * Gives accounts other signing keys: in the DID document, and here together with a commit that the
 * new key signs, so that the network finds both in agreement. Nothing is written to the repository
 * while the document is changed.
 */
export class SigningKeyChanges {
  readonly #deps: SigningKeyChangesDeps
  readonly #now: () => number

  constructor(deps: SigningKeyChangesDeps) {
    this.#deps = deps
    this.#now = deps.now ?? (() => Date.now())
  }

  /**
   * Changes to a reserved key, or puts the key that the account has into its document again.
   * Refuses a key that this server does not hold for the account, and where it may not change the
   * document.
   */
  async change(did: Did, didKey: string): Promise<void> {
    await this.#deps.locks
      .run(did, () => this.#change(did, didKey))
      .catch((error: unknown) => {
        throw error instanceof ConflictError ? refusalOf(error, did) : error
      })
  }

  /** Finishes a change that broke off, or forgets it. Leaves any other claim alone. */
  async settle(claim: Claim): Promise<void> {
    if (claim.purpose !== purpose || mayBeUnderWay(claim, this.#now())) return
    await this.#deps.locks.run(claim.did, async () => {
      const pending = await this.#deps.storage.claims.of(claim.did)
      if (pending?.purpose === purpose) await this.#settle(pending)
    })
  }

  async #change(did: Did, didKey: string): Promise<void> {
    const { storage, plc, hosted } = this.#deps
    requireAccount(await storage.accounts.get(did), did)
    const key = await this.#held(did, didKey)
    if (!key) {
      throw new Refused(
        'InvalidRequest',
        `This server does not hold ${didKey} for the account: reserve a key with com.atproto.server.reserveSigningKey`,
      )
    }
    const pending = await storage.claims.of(did)
    if (pending) throw otherChange()
    if (did.startsWith('did:plc:')) {
      const operation = await plc.signUpdate(did, { signingKey: didKey })
      return this.#sign(did, key, () => this.#submit(did, { didKey, operation }))
    }
    const content = await hosted.content(did)
    if (!content) await this.#requireInDocument(did, didKey)
    await this.#sign(did, key, async () => this.#inDocument(did, didKey, content))
  }

  /** Claims the change, and tells the directory. Releases the claim if the directory refuses. */
  async #submit(did: Did, details: Details): Promise<Complete> {
    const { storage, plc } = this.#deps
    const claimedAt = formatDatetime(new Date(this.#now()))
    const claim = { did, purpose, handle: undefined, email: undefined, details: JSON.stringify(details), claimedAt }
    await storage.transact(did, (tx) => tx.claims.add(claim))
    const outcome = await plc.submit(did, details.operation)
    if (outcome === 'refused') await this.#release(did)
    if (outcome !== 'accepted') throw directoryFailure()
    return (tx) => tx.claims.release(did, purpose)
  }

  #inDocument(did: Did, didKey: string, content: HostedContent | undefined): Complete {
    if (!content) return () => {}
    const verificationMethods = { ...content.verificationMethods, atproto: didKey }
    return (tx, at) => this.#deps.hosted.write(tx, did, { ...content, verificationMethods }, at)
  }

  /** The owner of a document that is published elsewhere changes it first. */
  async #requireInDocument(did: Did, didKey: string): Promise<void> {
    const document = await this.#deps.resolver.resolveDid(did, { refresh: true }).catch(() => undefined)
    if (document && signingKeyOf(document) === didKey) return
    throw new Refused(
      'InvalidRequest',
      `The document of ${did} is published elsewhere: its owner has to write ${didKey} into it first`,
    )
  }

  async #sign(did: Did, { pair, isReserved }: HeldKey, publish: () => Promise<Complete>): Promise<void> {
    const account = requireAccount(await this.#deps.storage.accounts.get(did), did)
    await this.#deps.writer.changeSigner(did, pair, async () => {
      const complete = await publish()
      return (tx, at) => {
        complete(tx, at)
        tx.keys.setSigningKey(did, { curve: pair.curve, privateKey: pair.exportPrivateKey() })
        if (isReserved) tx.keys.release(pair.didKey())
        tx.accounts.update(did, {}) // nothing is told of an account that is deleted meanwhile
        if (isActive(account)) tx.events.append(identityEvent(did, account.handle, at))
      }
    })
    await this.#deps.resolver.forget(did)
  }

  async #settle(claim: Claim): Promise<void> {
    const { did } = claim
    const { didKey, operation } = detailsOf(claim)
    const key = await this.#held(did, didKey)
    if (!key || !(await this.#deps.plc.holds(did, operation))) return this.#release(did)
    await this.#sign(did, key, async () => (tx) => tx.claims.release(did, purpose))
  }

  async #release(did: Did): Promise<void> {
    await this.#deps.storage.transact(did, (tx) => tx.claims.release(did, purpose))
  }

  async #held(did: Did, didKey: string): Promise<HeldKey | undefined> {
    const current = await this.#deps.signingKeys.of(did)
    if (current.didKey() === didKey) return { pair: current, isReserved: false }
    const reserved = await this.#deps.storage.keys.reserved(didKey)
    if (!reserved || (reserved.did !== undefined && reserved.did !== did)) return undefined
    return { pair: importKeyPair(reserved.curve, reserved.privateKey), isReserved: true }
  }
}

function detailsOf(claim: Claim): Details {
  // Written by `#submit` alone.
  return JSON.parse(claim.details) as Details
}

function otherChange(): Refused {
  return underWay('Another change of the identity of this account')
}

function refusalOf(error: ConflictError, did: Did): Error {
  if (error.field === 'did') return accountNotFound(did)
  return error.field === 'claim' || error.field === 'reservedKey' ? otherChange() : error
}
