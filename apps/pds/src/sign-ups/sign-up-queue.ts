import {
  type Claim,
  ConflictError,
  InvalidCursorError,
  type Page,
  type PdsStorage,
  type PdsTransaction,
} from '@atoll/storage'
import { type Datetime, type Did, formatDatetime, type Handle } from '@atoll/syntax'
import { XrpcError } from '@atoll/xrpc'
import type { Asker } from '@atoll/xrpc-server'
import { ageOf } from '../claims/unfinished-changes.ts'
import type { Config } from '../config/config.ts'
import type { DidLocks } from '../did-locks.ts'
import type { MailText } from '../mail/mail-text.ts'
import type { Outbox } from '../mail/outbox.ts'
import { Refused } from '../refused.ts'
import type { SessionJwts, Sessions } from '../sessions/sessions.ts'
import type { PendingSignUps, SignedUp, WantedAccount } from './pending-sign-ups.ts'
import { writeApprovalMail, writeRefusalMail } from './sign-up-mails.ts'

/** A sign-up that the operator has to decide on. */
export interface WaitingSignUp {
  readonly did: Did
  readonly handle: Handle
  readonly email: string
  readonly signedUpAt: Datetime
}

/**
 * `joined`: there is an account. `delayed`: it is approved, and made as soon as the directory of
 * DIDs can be reached. `outdated`: the server's name or keys have changed since, so that it would
 * get another DID; the person has to sign up again. `notWaiting`: it was refused, has expired, or
 * never was.
 */
export type Approval = 'joined' | 'delayed' | 'outdated' | 'notWaiting'

/** How far a sign-up has come. */
export interface Progress {
  readonly activated: boolean
  /** How many are decided on before it. */
  readonly placeInQueue?: number
}

interface SignUpQueueDeps {
  readonly storage: Pick<PdsStorage, 'accounts' | 'claims' | 'transact'>
  readonly sessions: Pick<Sessions, 'first' | 'jwts' | 'rotate'>
  readonly pending: Pick<PendingSignUps, 'prepare' | 'keep' | 'finish' | 'isSame' | 'isCurrent'>
  readonly locks: Pick<DidLocks, 'run'>
  readonly outbox: Pick<Outbox, 'add' | 'wake'>
  readonly service: Config['service']
  /** How many may wait at a time. */
  readonly maxWaiting: number
  /** How long a sign-up waits before it is forgotten, in milliseconds. */
  readonly waitingMs: number
  readonly now?: () => number
}

const waiting = 'sign-up that waits'
const approved = 'approved sign-up'
const endOfTime = '9999-12-31T23:59:59.999Z' as Datetime // four digits are the most that a year has
const scope = 'com.atproto.signupQueued'

/**
 * Sign-ups that wait for the operator. Each has its handle and its address, and the DID that it
 * will get, which nobody is told of before: a claim keeps them. Who waits is signed in with tokens
 * that only ask how far the sign-up has come; the same session goes on once there is an account.
 */
export class SignUpQueue {
  readonly #storage: SignUpQueueDeps['storage']
  readonly #sessions: SignUpQueueDeps['sessions']
  readonly #pending: SignUpQueueDeps['pending']
  readonly #locks: SignUpQueueDeps['locks']
  readonly #outbox: SignUpQueueDeps['outbox']
  readonly #service: Config['service']
  readonly #maxWaiting: number
  readonly #waitingMs: number
  readonly #now: () => number

  constructor(deps: SignUpQueueDeps) {
    this.#storage = deps.storage
    this.#sessions = deps.sessions
    this.#pending = deps.pending
    this.#locks = deps.locks
    this.#outbox = deps.outbox
    this.#service = deps.service
    this.#maxWaiting = deps.maxWaiting
    this.#waitingMs = deps.waitingMs
    this.#now = deps.now ?? (() => Date.now())
  }

  /**
   * Puts a sign-up at the end of the queue, and signs in. `ConflictError` if its names have been
   * taken since. Refuses with `Forbidden` when too many wait.
   */
  async join(wanted: WantedAccount, asker: Asker): Promise<SignedUp> {
    if ((await this.count()) >= this.#maxWaiting) {
      throw new Refused('Forbidden', 'Too many people wait to join this server; try again in a few days')
    }
    const prepared = await this.#pending.prepare(wanted, waiting, asker)
    const { did } = prepared.claim
    const session = this.#sessions.first(did)
    await this.#storage.transact(did, (tx) => {
      this.#pending.keep(tx, prepared)
      tx.sessions.create(session)
    })
    return { did, handle: wanted.handle, isWaiting: true, ...this.#sessions.jwts(session, scope) }
  }

  /** The sign-up that the same person has sent before, which only its password proves. */
  async find(wanted: WantedAccount, asker: Asker): Promise<WaitingSignUp | undefined> {
    const claim = await this.#storage.claims.byHandle(wanted.handle)
    if (!claim || !isQueued(claim) || !(await this.#pending.isSame(claim, wanted, asker))) return undefined
    return waitingSignUp(claim)
  }

  /** One more session for who waits. */
  async signIn({ did, handle }: WaitingSignUp): Promise<SignedUp> {
    const session = this.#sessions.first(did)
    await this.#storage.transact(did, (tx) => tx.sessions.create(session))
    return { did, handle, isWaiting: true, ...this.#sessions.jwts(session, scope) }
  }

  /** The sign-up that has this DID, approved or not, for as long as there is no account. */
  async get(did: Did): Promise<WaitingSignUp | undefined> {
    const claim = await this.#storage.claims.of(did)
    return claim && isQueued(claim) ? waitingSignUp(claim) : undefined
  }

  /** Continues a session of who waits. Refuses with `ExpiredToken`. */
  async refresh(did: Did, tokenId: string): Promise<SessionJwts> {
    return this.#sessions.jwts(await this.#sessions.rotate(did, tokenId), scope)
  }

  /** Refuses with `AccountNotFound` a sign-up that is gone. */
  async progress(did: Did): Promise<Progress> {
    if (await this.#storage.accounts.get(did)) return { activated: true }
    const [claim, before] = await Promise.all([this.#storage.claims.of(did), this.#storage.claims.countBefore(did)])
    if (!claim || !isQueued(claim)) {
      throw new Refused('AccountNotFound', 'Your sign-up was refused or withdrawn, or has waited too long')
    }
    return { activated: false, placeInQueue: claim.purpose === waiting ? (before ?? 0) : 0 }
  }

  /** How many wait. */
  count(): Promise<number> {
    return this.#storage.claims.count(waiting)
  }

  /**
   * Those that nobody has decided on, in the order in which they came. Refuses with
   * `InvalidRequest` a cursor of no listing.
   */
  async list({ cursor, limit }: { cursor: string | undefined; limit: number }): Promise<Page<WaitingSignUp>> {
    const from = cursor === undefined ? {} : { cursor }
    try {
      const page = await this.#storage.claims.list({ before: endOfTime, purpose: waiting, limit, ...from })
      return { ...page, items: page.items.map(waitingSignUp) }
    } catch (error) {
      throw error instanceof InvalidCursorError ? new Refused('InvalidRequest', 'Malformed cursor') : error
    }
  }

  /**
   * Lets somebody in. The decision is durable before the directory of DIDs is told, so what breaks
   * off is finished later, and of several approvals one makes the account.
   */
  approve(did: Did): Promise<Approval> {
    return this.#locks.run(did, async () => {
      if (await this.#storage.accounts.get(did)) return 'joined'
      const claim = await this.#storage.claims.of(did)
      if (!claim || !isQueued(claim)) return 'notWaiting'
      if (claim.purpose === approved) return this.#finish(claim)
      return (await this.#pending.isCurrent(claim)) ? this.#finish(await this.#decideFor(claim)) : 'outdated'
    })
  }

  /** Turns somebody away who waits, by mail, as `leave` does. */
  async refuse(did: Did, reason: string | undefined): Promise<boolean> {
    const person = await this.get(did)
    if (!person) return false
    const mail = writeRefusalMail(person.handle, reason, this.#service)
    return this.#withMail(mail, person.email, (send) => this.#forget(did, send))
  }

  /** Forgets somebody who waits. Whether there was one: who is approved is not forgotten. */
  leave(did: Did): Promise<boolean> {
    return this.#forget(did, () => {})
  }

  /** Makes the account of an approved sign-up, and forgets one that has waited too long. */
  async settle(claim: Claim): Promise<void> {
    if (claim.purpose === approved) await this.approve(claim.did)
    if (claim.purpose === waiting && ageOf(claim, this.#now()) >= this.#waitingMs) await this.leave(claim.did)
  }

  async #decideFor(claim: Claim): Promise<Claim> {
    const decided = { ...claim, purpose: approved, claimedAt: formatDatetime(new Date(this.#now())) }
    await this.#storage.transact(claim.did, (tx) => {
      tx.claims.release(claim.did, waiting)
      tx.claims.add(decided)
    })
    return decided
  }

  #forget(did: Did, also: (tx: PdsTransaction) => void): Promise<boolean> {
    return this.#locks.run(did, async () => {
      try {
        await this.#storage.transact(did, (tx) => {
          tx.claims.release(did, waiting)
          tx.accounts.delete(did)
          also(tx)
        })
        return true
      } catch (error) {
        if (error instanceof ConflictError && error.field === 'claim') return false
        throw error
      }
    })
  }

  /** Does something that sends a mail; without it, where too many mails wait already. */
  async #withMail<T>(
    mail: MailText,
    recipient: string,
    work: (send: (tx: PdsTransaction) => void) => Promise<T>,
  ): Promise<T> {
    try {
      const done = await work((tx) => this.#outbox.add(tx, { did: undefined, channel: 'accounts', recipient, ...mail }))
      this.#outbox.wake()
      return done
    } catch (error) {
      if (error instanceof ConflictError && error.field === 'outbox') return work(() => {})
      throw error
    }
  }

  async #finish(claim: Claim): Promise<Approval> {
    const { handle, email } = waitingSignUp(claim)
    try {
      const mail = writeApprovalMail(handle, this.#service)
      await this.#withMail(mail, email, (send) => this.#pending.finish(claim, send))
      return 'joined'
    } catch (error) {
      // Another process was faster.
      if (error instanceof ConflictError && (await this.#storage.accounts.get(claim.did))) return 'joined'
      if (error instanceof XrpcError && error.error === 'UpstreamFailure') {
        return (await this.get(claim.did)) ? 'delayed' : 'notWaiting'
      }
      throw error
    }
  }
}

function isQueued({ purpose }: Claim): boolean {
  return purpose === waiting || purpose === approved
}

function waitingSignUp({ did, handle, email, claimedAt }: Claim): WaitingSignUp {
  if (!handle || !email) throw new Error(`the sign-up of ${did} has no names`)
  return { did, handle, email, signedUpAt: claimedAt }
}
