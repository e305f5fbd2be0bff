import { type DidKey, generateKeyPair, importKeyPair } from '@atoll/crypto'
import { type Claim, ConflictError, type PdsStorage, type PdsTransaction } from '@atoll/storage'
import { type Datetime, type Did, formatDatetime, type Handle } from '@atoll/syntax'
import type { Asker } from '@atoll/xrpc-server'
import type { Erasures } from '../account-life/erasures.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { normalizeEmail } from '../accounts/email-addresses.ts'
import { faultOfNewPassword, type Passwords } from '../accounts/passwords.ts'
import type { HumanCheck } from '../captcha/human-check.ts'
import type { Config } from '../config/config.ts'
import type { DidLocks } from '../did-locks.ts'
import { requireHandleOf } from '../handles/foreign-handles.ts'
import { type HandleRules, handleTaken } from '../handles/handle-rules.ts'
import type { Handles } from '../handles/handles.ts'
import type { HostedDocuments } from '../identity/hosted-documents.ts'
import type { Identity } from '../identity/identity.ts'
import type { ForeignIdentity } from '../identity/look-ups.ts'
import { type Invites, inviteUnavailable } from '../invites/invites.ts'
import type { Outbox } from '../mail/outbox.ts'
import { Refused } from '../refused.ts'
import type { Repos } from '../repos/repos.ts'
import type { RepoWriter } from '../repos/write/repo-writer.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { Admission, type Admitted } from './admission.ts'
import { newAccount } from './new-account.ts'
import { PendingSignUps, type SignedUp, type WantedAccount } from './pending-sign-ups.ts'
import { SignUpBrake } from './sign-up-brake.ts'
import type { SignUpCheck } from './sign-up-check.ts'
import { SignUpQueue } from './sign-up-queue.ts'

export interface SignUp {
  readonly handle: string
  readonly email: string | undefined
  readonly password: string | undefined
  readonly inviteCode: string | undefined
  readonly recoveryKey: DidKey | undefined
  /** What the client got for proving that a person sits before it. */
  readonly verificationCode: string | undefined
  /** Whether the administrator makes the account: in every mode, and not held up by the brake. */
  readonly byAdministrator: boolean
  /** An account that moves here; without one, a DID is made. */
  readonly moving: Moving | undefined
}

/** An account that moves here with its DID. */
export interface Moving {
  readonly did: Did
  /**
   * Refuses a caller who does not hold the DID. Sends requests to servers that the caller named, so
   * cheaper checks come first.
   */
  requireHolder(): Promise<void>
  /**
   * For a DID that begins here: publishes its document in the transaction that makes the account,
   * which is active at once.
   */
  readonly publish?: (tx: PdsTransaction, account: { handle: Handle; signingKey: DidKey }, at: Datetime) => void
  readonly identity: Pick<ForeignIdentity, 'resolveHandle'>
}

interface SignUpsDeps {
  readonly storage: Pick<PdsStorage, 'accounts' | 'claims' | 'keys' | 'transact'>
  readonly passwords: Passwords
  readonly sessions: Sessions
  readonly admission: Pick<Admission, 'decide'>
  readonly brake: Pick<SignUpBrake, 'count'>
  readonly queue: SignUpQueue
  readonly human: Pick<HumanCheck, 'codes'> | undefined
  readonly check: SignUpCheck | undefined
  readonly erasures: Pick<Erasures, 'finishBlobs'>
  readonly handles: HandleRules
  /** How many accounts there may be; undefined for any number. */
  readonly maxAccounts: number | undefined
  readonly hosted: Pick<HostedDocuments, 'isTaken'>
  readonly reserved: Pick<Handles['reserved'], 'requireFree'>
  readonly pending: Pick<PendingSignUps, 'start' | 'resume' | 'settle'>
  readonly writer: Pick<RepoWriter, 'newRepo' | 'requireNewRepoAllowed'>
  readonly now?: () => number
}

/** New accounts: with a DID made for them, or moving here with their own. */
export class SignUps {
  /** Sign-ups that wait for approval. */
  readonly queue: SignUpQueue
  readonly #storage: SignUpsDeps['storage']
  readonly #passwords: Passwords
  readonly #sessions: Sessions
  readonly #admission: SignUpsDeps['admission']
  readonly #brake: SignUpsDeps['brake']
  readonly #human: SignUpsDeps['human']
  readonly #erasures: SignUpsDeps['erasures']
  readonly #check: SignUpCheck | undefined
  readonly #maxAccounts: number | undefined
  readonly #handles: HandleRules
  readonly #pending: SignUpsDeps['pending']
  readonly #writer: SignUpsDeps['writer']
  readonly #hosted: SignUpsDeps['hosted']
  readonly #reserved: SignUpsDeps['reserved']
  readonly #now: () => number

  constructor(deps: SignUpsDeps) {
    this.#storage = deps.storage
    this.#passwords = deps.passwords
    this.#sessions = deps.sessions
    this.#admission = deps.admission
    this.#brake = deps.brake
    this.queue = deps.queue
    this.#human = deps.human
    this.#erasures = deps.erasures
    this.#check = deps.check
    this.#maxAccounts = deps.maxAccounts
    this.#handles = deps.handles
    this.#pending = deps.pending
    this.#writer = deps.writer
    this.#hosted = deps.hosted
    this.#reserved = deps.reserved
    this.#now = deps.now ?? (() => Date.now())
  }

  /**
   * Makes an account with an empty repository, and signs in. `asker` waits for the hash of the
   * password.
   */
  async create(signUp: SignUp, asker: Asker = {}): Promise<SignedUp> {
    const { moving, inviteCode, recoveryKey } = signUp
    const handles = this.#handles
    const handle = handles.normalize(signUp.handle)
    if (!moving || handles.isLocal(handle)) handles.requireLocal(handle)
    const email = normalizeEmail(signUp.email)
    const password = requirePassword(signUp.password)
    const { byAdministrator, verificationCode } = signUp
    const wanted = { handle, email, password, inviteCode, recoveryKey, byAdministrator, verificationCode }
    const made = moving ? this.#adoptDid(wanted, moving, asker) : this.#createDid(wanted, asker)
    return made.catch((error: unknown) => {
      throw error instanceof ConflictError ? this.#refusalOf(error, handle, signUp.email) : error
    })
  }

  async #createDid(wanted: CheckedSignUp, asker: Asker): Promise<SignedUp> {
    const resumed = await this.#pending.resume(wanted, asker)
    if (resumed) return resumed
    const waiting = await this.queue.find(wanted, asker)
    if (!waiting) await this.#requireFree(wanted)
    const admitted = await this.#admission.decide({ ...wanted, isMoving: false })
    if (waiting && admitted.when === 'after approval') return this.queue.signIn(waiting)
    await this.#requireRoom()
    await this.#vet(wanted, { admitted, did: undefined }, asker)
    if (waiting && !(await this.queue.leave(waiting.did))) return this.queue.signIn(waiting)
    return this.#counted(admitted, asker, () =>
      admitted.when === 'at once' ? this.#pending.start(wanted, asker) : this.queue.join(wanted, asker),
    )
  }

  async #adoptDid(wanted: CheckedSignUp, moving: Moving, asker: Asker): Promise<SignedUp> {
    const { handle, email } = wanted
    const { did } = moving
    await this.#requireFree({ handle, email }, did)
    const admitted = await this.#admission.decide({ ...wanted, isMoving: true })
    await this.#requireRoom()
    await this.#vet(wanted, { admitted, did }, asker)
    await moving.requireHolder()
    // A handle of another domain can be kept if it resolves to the DID already.
    if (!this.#handles.isLocal(handle)) await requireHandleOf(moving.identity, handle, did)
    return this.#counted(admitted, asker, () => this.#takeIn(moving, wanted, asker))
  }

  /**
   * For operators: the sentence that nobody more can join, which a server can come to say without
   * a change of its settings. Undefined while there is room.
   */
  async noRoom(): Promise<string | undefined> {
    const most = this.#maxAccounts
    const there = most === undefined ? 0 : await this.#storage.accounts.count()
    if (most === undefined || there < most) return undefined
    return `nobody more can join: there are ${there} accounts, and PDS_MAX_ACCOUNTS lets in ${most} (0 is any number)`
  }

  /**
   * Nobody outside the database is told, so one transaction is enough. The account's reserved key
   * signs, if there is one.
   */
  async #takeIn(moving: Moving, wanted: WantedAccount, asker: Asker): Promise<SignedUp> {
    const { did } = moving
    const { handle, email, password, inviteCode } = wanted
    await this.#writer.requireNewRepoAllowed(did)
    const passwordHash = await this.#passwords.hash(password, asker)
    const reserved = await this.#storage.keys.reservedFor(did)
    const signingKey = reserved ? importKeyPair(reserved.curve, reserved.privateKey) : generateKeyPair('k256')
    const session = this.#sessions.first(did)
    const createdAt = formatDatetime(new Date(this.#now()))
    const account = newAccount(this.#writer, { did, handle, email, passwordHash, signingKey, session, createdAt })
    await this.#erasures.finishBlobs(did)
    await this.#storage.transact(did, (tx) => {
      account.store(tx)
      if (moving.publish) {
        moving.publish(tx, { handle, signingKey: signingKey.didKey() }, createdAt)
        account.announce(tx)
      } else {
        tx.accounts.update(did, { deactivatedAt: createdAt })
      }
      if (inviteCode !== undefined) tx.invites.use(inviteCode, { usedBy: did, usedAt: createdAt })
      if (reserved) tx.keys.release(reserved.didKey)
      if (this.#maxAccounts !== undefined) tx.accounts.requireAtMost(this.#maxAccounts)
    })
    return { did, handle, ...this.#sessions.jwts(session, 'com.atproto.access') }
  }

  /**
   * Undoes a sign-up that broke off and can no longer be finished, finishes one that was approved,
   * and forgets one that has waited too long. Leaves any other claim alone.
   */
  async settle(claim: Claim): Promise<void> {
    await this.#pending.settle(claim)
    await this.queue.settle(claim)
  }

  /**
   * Whoever nobody vouches for has to prove to be a person; a program of the operator's own is
   * asked about all but the administrator's.
   */
  async #vet(
    wanted: CheckedSignUp,
    { admitted, did }: { admitted: Admitted; did: Did | undefined },
    { client: network = '' }: Asker,
  ): Promise<void> {
    const { handle, email, inviteCode, verificationCode } = wanted
    if (!admitted.isVouched) this.#human?.codes.require(verificationCode, handle)
    if (!wanted.byAdministrator) {
      await this.#check?.({ handle, email, did, inviteCode, verificationCode, network })
    }
  }

  #counted<T>({ isVouched }: Admitted, { client = '' }: Asker, make: () => Promise<T>): Promise<T> {
    return isVouched ? make() : this.#brake.count(client, make)
  }

  /** Refuses early, before a password is hashed; the transaction that adds the account decides. */
  async #requireRoom(): Promise<void> {
    if (this.#maxAccounts === undefined) return
    if ((await this.#storage.accounts.count()) >= this.#maxAccounts) throw new ConflictError('accounts')
  }

  #refusalOf(error: ConflictError, handle: Handle, emailAsTyped: string | undefined): Error {
    switch (error.field) {
      case 'handle':
      case 'claim': // another request has finished, or undone, the same sign-up
        return handleTaken(handle)
      case 'email':
        return new Refused('InvalidRequest', `Email already taken: ${emailAsTyped}`)
      case 'did':
        return new Refused('AlreadyExists', 'Repo already exists')
      case 'inviteCode':
        return inviteUnavailable()
      case 'accounts':
        return new Refused(
          'Forbidden',
          `This server has no room for more than ${this.#maxAccounts} accounts; its operator can make room (PDS_MAX_ACCOUNTS)`,
        )
      default:
        return error
    }
  }

  /** Refuses early, before a password is hashed, what the transaction would refuse. */
  async #requireFree({ handle, email }: Pick<WantedAccount, 'handle' | 'email'>, did?: Did): Promise<void> {
    const { accounts, claims } = this.#storage
    if ((await accounts.byHandle(handle)) ?? (await claims.byHandle(handle))) throw new ConflictError('handle')
    await this.#reserved.requireFree(handle)
    if (await this.#hosted.isTaken(handle, did)) throw new ConflictError('handle')
    if ((await accounts.byEmail(email)) ?? (await claims.byEmail(email))) throw new ConflictError('email')
    if (did !== undefined && (await accounts.get(did))) throw new ConflictError('did')
  }
}

/** A sign-up whose fields were checked. */
type CheckedSignUp = WantedAccount & Pick<SignUp, 'byAdministrator' | 'verificationCode'>

interface OpenSignUpsDeps {
  readonly config: Pick<Config, 'signUps' | 'service'>
  readonly outbox: Pick<Outbox, 'add' | 'wake'>
  readonly human: HumanCheck | undefined
  /** Asked about every sign-up that is not the administrator's. */
  readonly check: SignUpCheck | undefined
  readonly erasures: SignUpsDeps['erasures']
  readonly storage: SignUpsDeps['storage']
  readonly accounts: Pick<Accounts, 'passwords'>
  readonly sessions: Sessions
  readonly invites: Invites
  readonly handles: Pick<Handles, 'rules' | 'reserved'>
  readonly identity: Pick<Identity, 'plc' | 'hosted'>
  readonly repos: Pick<Repos, 'writer'>
  /** Shared with changes of handles, since both change the names of an account. */
  readonly locks: Pick<DidLocks, 'run'>
}

export function openSignUps(deps: OpenSignUpsDeps): SignUps {
  const { storage, sessions, invites, locks } = deps
  const { maxAccounts, ...rules } = deps.config.signUps
  const { passwords } = deps.accounts
  const { writer } = deps.repos
  const { plc, hosted } = deps.identity
  const pending = new PendingSignUps({ storage, passwords, sessions, plc, writer, locks, maxAccounts })
  return new SignUps({
    storage,
    passwords,
    sessions,
    admission: new Admission({ mode: rules.mode, invites }),
    brake: new SignUpBrake(rules),
    human: deps.human,
    check: deps.check,
    erasures: deps.erasures,
    queue: new SignUpQueue({
      storage,
      sessions,
      pending,
      locks,
      outbox: deps.outbox,
      service: deps.config.service,
      ...rules,
    }),
    handles: deps.handles.rules,
    hosted,
    reserved: deps.handles.reserved,
    pending,
    writer,
    maxAccounts,
  })
}

function requirePassword(password: string | undefined): string {
  const wanted = password ?? ''
  const fault = faultOfNewPassword(wanted)
  if (fault !== undefined) throw new Refused('InvalidPassword', fault)
  return wanted
}
