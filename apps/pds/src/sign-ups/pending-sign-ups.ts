import { type DidKey, generateKeyPair, importKeyPair, type KeyPair } from '@atoll/crypto'
import type { DidDocument } from '@atoll/identity'
import type { PlcOperation } from '@atoll/identity/plc'
import { type Claim, ConflictError, type PdsStorage, type PdsTransaction } from '@atoll/storage'
import { type Did, formatDatetime, type Handle } from '@atoll/syntax'
import type { Asker } from '@atoll/xrpc-server'
import type { Passwords } from '../accounts/passwords.ts'
import { ageOf, mayBeUnderWay, underWay } from '../claims/unfinished-changes.ts'
import type { DidLocks } from '../did-locks.ts'
import { directoryFailure, firstDocument, type PlcAccounts } from '../identity/plc-accounts.ts'
import type { RepoWriter } from '../repos/write/repo-writer.ts'
import type { SessionJwts, Sessions } from '../sessions/sessions.ts'
import { newAccount } from './new-account.ts'

/** A sign-up whose fields were checked. */
export interface WantedAccount {
  readonly handle: Handle
  readonly email: string
  readonly password: string
  readonly inviteCode: string | undefined
  readonly recoveryKey: DidKey | undefined
}

/** An account that was just made. */
export interface NewcomersAccount {
  readonly did: Did
  readonly handle: Handle
  /** The document of a DID that was made here. */
  readonly document?: DidDocument
}

/** Who signed up, signed in. */
export interface SignedUp extends NewcomersAccount, SessionJwts {
  /** Whether the account is still to be approved. */
  readonly isWaiting?: true
}

interface PendingSignUpsDeps {
  readonly storage: Pick<PdsStorage, 'accounts' | 'claims' | 'keys' | 'transact'>
  readonly passwords: Passwords
  readonly sessions: Sessions
  readonly plc: Pick<PlcAccounts, 'create' | 'isCurrent' | 'holds' | 'submit' | 'giveUp'>
  readonly writer: Pick<RepoWriter, 'newRepo' | 'requireNewRepoAllowed'>
  readonly locks: Pick<DidLocks, 'run'>
  /** How many accounts there may be; undefined for any number. */
  readonly maxAccounts: number | undefined
  readonly now?: () => number
}

/** What the claim of a sign-up notes beside the handle and the address. */
interface Details {
  readonly genesis: PlcOperation
  readonly passwordHash: string
  readonly inviteCode?: string | undefined
  readonly recoveryKey?: DidKey | undefined
}

/** What is stored of a sign-up before the directory is told. */
export interface PreparedSignUp {
  readonly claim: Claim
  readonly signingKey: KeyPair
}

/** A sign-up that may still become an account, and one that is being undone. */
const signUp = 'sign-up'
const abandoned = 'abandoned sign-up'

/** How long a sign-up that broke off can be finished. Much longer than any request takes. */
const finishableMs = 60 * 60 * 1000

/**
 * Sign-ups that make a DID. The directory cannot be part of a transaction, so there are two: the
 * first keeps the names, a use of the invite code and everything that the DID follows from, then
 * the directory is told, and the second makes the account. A sign-up that breaks off in between is
 * finished when it is sent again, or undone after an hour: no DID stays in the directory without an
 * account.
 */
export class PendingSignUps {
  readonly #storage: PendingSignUpsDeps['storage']
  readonly #passwords: Passwords
  readonly #sessions: Sessions
  readonly #plc: PendingSignUpsDeps['plc']
  readonly #writer: PendingSignUpsDeps['writer']
  readonly #locks: PendingSignUpsDeps['locks']
  readonly #maxAccounts: number | undefined
  readonly #now: () => number

  constructor(deps: PendingSignUpsDeps) {
    this.#storage = deps.storage
    this.#passwords = deps.passwords
    this.#sessions = deps.sessions
    this.#plc = deps.plc
    this.#writer = deps.writer
    this.#locks = deps.locks
    this.#maxAccounts = deps.maxAccounts
    this.#now = deps.now ?? (() => Date.now())
  }

  /**
   * Makes an account of a sign-up whose names are free. `ConflictError` if they have been taken
   * since.
   */
  async start(wanted: WantedAccount, asker: Asker = {}): Promise<SignedUp> {
    const { inviteCode } = wanted
    const prepared = await this.prepare(wanted, signUp, asker)
    const { did, claimedAt } = prepared.claim
    return this.#locks.run(did, async () => {
      await this.#storage.transact(did, (tx) => {
        this.keep(tx, prepared)
        if (inviteCode !== undefined) tx.invites.use(inviteCode, { usedBy: did, usedAt: claimedAt })
      })
      return this.#finishAndSignIn(prepared.claim)
    })
  }

  /** Hashes the password, and makes everything that the DID follows from. Stores nothing yet. */
  async prepare(wanted: WantedAccount, purpose: string, asker: Asker): Promise<PreparedSignUp> {
    const { handle, email, inviteCode, recoveryKey } = wanted
    const passwordHash = await this.#passwords.hash(wanted.password, asker)
    const signingKey = generateKeyPair('k256')
    const { did, genesis } = this.#plc.create({ handle, signingKey: signingKey.didKey(), recoveryKey })
    await this.#writer.requireNewRepoAllowed(did)
    const details: Details = { genesis, passwordHash, inviteCode, recoveryKey }
    const claimedAt = formatDatetime(new Date(this.#now()))
    return { claim: { did, purpose, handle, email, details: JSON.stringify(details), claimedAt }, signingKey }
  }

  /** Stores what was prepared, if there is room for one more account. */
  keep(tx: PdsTransaction, { claim, signingKey }: PreparedSignUp): void {
    tx.claims.add(claim)
    tx.keys.setSigningKey(claim.did, { curve: signingKey.curve, privateKey: signingKey.exportPrivateKey() })
    if (this.#maxAccounts !== undefined) tx.accounts.requireAtMost(this.#maxAccounts)
  }

  /**
   * Tells the directory of a sign-up whose claim is stored, and makes the account. If the directory
   * cannot be reached, the claim stays, and this can be repeated. The caller holds the lock of the
   * DID. `also` writes more in the transaction that makes the account.
   */
  finish(claim: Claim, also: (tx: PdsTransaction) => void): Promise<NewcomersAccount> {
    return this.#finish(claim, also)
  }

  /** Whether a claim was made by this very sign-up, which only its password proves. */
  async isSame(claim: Claim, { handle, email, password }: WantedAccount, asker: Asker): Promise<boolean> {
    if (claim.handle !== handle || claim.email !== email) return false
    return this.#passwords.matches(password, detailsOf(claim).passwordHash, asker)
  }

  /** Whether the first operation of a sign-up is the one that the settings of today would give. */
  async isCurrent({ did, handle, details }: Claim): Promise<boolean> {
    const stored = await this.#storage.keys.signingKey(did)
    if (!stored || !handle) return false
    const signingKey = importKeyPair(stored.curve, stored.privateKey).didKey()
    const { genesis, recoveryKey } = detailsOf({ details })
    return this.#plc.isCurrent(genesis, { handle, signingKey, recoveryKey })
  }

  /**
   * Finishes an earlier attempt at the same sign-up: with the same names and the same password, it
   * gets the same DID. Undoes expired sign-ups that hold its names. Undefined when there is nothing
   * to finish.
   */
  async resume(wanted: WantedAccount, asker: Asker = {}): Promise<SignedUp | undefined> {
    for (const claim of await this.#claimsOn(wanted)) {
      if (claim.purpose === signUp && (await this.isSame(claim, wanted, asker))) {
        const signedUp = await this.#locks.run(claim.did, () => this.#finishOrUndo(claim, wanted))
        if (signedUp) return signedUp
      } else {
        await this.settle(claim)
      }
    }
    return undefined
  }

  /** Undoes a sign-up that can no longer be finished; leaves any other claim alone. */
  async settle(claim: Claim): Promise<void> {
    const isExpired = ageOf(claim, this.#now()) >= finishableMs
    if (claim.purpose !== abandoned && !(claim.purpose === signUp && isExpired)) return
    await this.#locks.run(claim.did, () => this.#undoIfThere(claim.did))
  }

  async #claimsOn({ handle, email }: WantedAccount): Promise<Claim[]> {
    const { claims } = this.#storage
    const [onHandle, onEmail] = await Promise.all([claims.byHandle(handle), claims.byEmail(email)])
    const both = onHandle?.did === onEmail?.did ? [onHandle] : [onHandle, onEmail]
    return both.filter((claim) => claim !== undefined)
  }

  async #finishOrUndo({ did }: Claim, { handle, recoveryKey }: WantedAccount): Promise<SignedUp | undefined> {
    const claim = await this.#storage.claims.of(did)
    const stored = await this.#storage.keys.signingKey(did)
    if (claim?.purpose !== signUp || !stored) return undefined
    const signingKey = importKeyPair(stored.curve, stored.privateKey).didKey()
    const { genesis } = detailsOf(claim)
    if (this.#plc.isCurrent(genesis, { handle, signingKey, recoveryKey })) return this.#finishAndSignIn(claim)
    // The sign-up names another recovery key now, or the server's settings have changed.
    if (mayBeUnderWay(claim, this.#now()) && !(await this.#plc.holds(did, genesis))) {
      throw underWay('An earlier attempt to sign up')
    }
    await this.#undo(claim)
    return undefined
  }

  async #finishAndSignIn(claim: Claim): Promise<SignedUp> {
    const session = this.#sessions.first(claim.did)
    const account = await this.#finish(claim, (tx) => tx.sessions.create(session))
    return { ...account, ...this.#sessions.jwts(session, 'com.atproto.access') }
  }

  async #finish(claim: Claim, also: (tx: PdsTransaction) => void): Promise<NewcomersAccount> {
    const { genesis } = detailsOf(claim)
    const outcome = await this.#plc.submit(claim.did, genesis)
    if (outcome === 'refused') await this.#undo(claim)
    if (outcome !== 'accepted') throw directoryFailure()
    try {
      return await this.#open(claim, also)
    } catch (error) {
      // A mail that finds no room says nothing about the sign-up, which is tried again without it.
      if (!(error instanceof ConflictError) || error.field === 'outbox') throw error
      // Another process was faster: it has made the account, or gave up the sign-up before the
      // directory was told.
      if (error.field === 'handle' || error.field === 'email') await this.#undo(claim)
      else if (!(await this.#storage.accounts.get(claim.did))) await this.#plc.giveUp(claim.did, genesis)
      throw error
    }
  }

  async #open(claim: Claim, also: (tx: PdsTransaction) => void): Promise<NewcomersAccount> {
    const { did, handle, email } = claim
    const { genesis, passwordHash } = detailsOf(claim)
    const stored = await this.#storage.keys.signingKey(did)
    if (!stored || !handle || !email) throw new ConflictError('claim', `the sign-up of ${did} is gone`)
    const { store, announce } = newAccount(this.#writer, {
      did,
      handle,
      email,
      passwordHash,
      signingKey: importKeyPair(stored.curve, stored.privateKey),
      session: undefined,
      createdAt: formatDatetime(new Date(this.#now())),
    })
    await this.#storage.transact(did, (tx) => {
      tx.claims.release(did, claim.purpose)
      store(tx)
      announce(tx)
      also(tx)
    })
    return { did, handle, document: firstDocument(did, genesis) }
  }

  async #undoIfThere(did: Did): Promise<void> {
    const claim = await this.#storage.claims.of(did)
    if (claim?.purpose === signUp || claim?.purpose === abandoned) await this.#undo(claim)
  }

  /**
   * After the first transaction nobody can finish the sign-up any more; after the last, when the
   * DID has ended, its names are free.
   */
  async #undo(claim: Claim): Promise<void> {
    const { did } = claim
    const { genesis, inviteCode } = detailsOf(claim)
    if (claim.purpose !== abandoned) {
      await this.#storage.transact(did, (tx) => {
        tx.claims.release(did, claim.purpose)
        tx.claims.add({ ...claim, purpose: abandoned })
      })
    }
    await this.#plc.giveUp(did, genesis)
    await this.#storage.transact(did, (tx) => {
      tx.claims.release(did, abandoned)
      tx.accounts.delete(did)
      if (inviteCode !== undefined) tx.invites.giveBack(inviteCode, did)
    })
  }
}

function detailsOf(claim: Pick<Claim, 'details'>): Details {
  // Written by `prepare` alone.
  return JSON.parse(claim.details) as Details
}
