import { type DidKey, generateKeyPair, importKeyPair } from '@atoll/crypto'
import type { IdentityResolver } from '@atoll/identity'
import { ConflictError, type Storage } from '@atoll/storage'
import { type Did, formatDatetime, type Handle } from '@atoll/syntax'
import { Refused } from '../refused.ts'
import { normalizeEmail } from './email-addresses.ts'
import { requireHandleOf } from './foreign-handles.ts'
import { type HandleRules, handleTaken } from './handles.ts'
import { type Invites, inviteUnavailable } from './invites.ts'
import { newAccount } from './new-account.ts'
import type { Passwords } from './passwords.ts'
import type { PendingSignUps, SignedUp, WantedAccount } from './pending-sign-ups.ts'
import type { Sessions } from './sessions.ts'
import type { Asker } from './turns.ts'

export interface SignUp {
  readonly handle: string
  readonly email: string | undefined
  readonly password: string | undefined
  readonly inviteCode: string | undefined
  readonly recoveryKey: DidKey | undefined
  /** The DID of an account that moves here, which the caller has proven to hold; without one, a DID is made. */
  readonly did: Did | undefined
}

interface SignUpParts {
  readonly storage: Pick<Storage, 'accounts' | 'claims' | 'keys' | 'transact'>
  readonly passwords: Passwords
  readonly sessions: Sessions
  readonly invites: Invites
  readonly handles: HandleRules
  readonly identity: Pick<IdentityResolver, 'resolveHandle'>
  readonly pending: Pick<PendingSignUps, 'start' | 'resume'>
  readonly now?: () => Date
}

const maxPasswordLength = 256

/** New accounts: with a DID made for them, or moving here with their own. */
export class SignUps {
  readonly #parts: SignUpParts
  readonly #now: () => Date

  constructor(parts: SignUpParts) {
    this.#parts = parts
    this.#now = parts.now ?? (() => new Date())
  }

  /** Makes an account with an empty repository, and signs in. `asker` waits for the hash of the password. */
  async create(signUp: SignUp, asker: Asker = {}): Promise<SignedUp> {
    const { did, inviteCode, recoveryKey } = signUp
    const handle = await this.#requireHandle(signUp)
    const email = normalizeEmail(signUp.email)
    const password = requirePassword(signUp.password)
    const wanted = { handle, email, password, inviteCode, recoveryKey }
    const made = did === undefined ? this.#make(wanted, asker) : this.#takeIn(wanted, did, asker)
    return made.catch((error: unknown) => {
      throw error instanceof ConflictError ? refusalOf(error, handle, signUp.email) : error
    })
  }

  /** A handle of this server; whoever brings a DID may also keep one that leads to it already. */
  async #requireHandle({ handle: text, did }: SignUp): Promise<Handle> {
    const { handles, identity } = this.#parts
    const handle = handles.normalize(text)
    if (did === undefined || handles.isLocal(handle)) handles.requireLocal(handle)
    else await requireHandleOf(identity, handle, did)
    return handle
  }

  async #make(wanted: WantedAccount, asker: Asker): Promise<SignedUp> {
    const { pending, invites } = this.#parts
    const resumed = await pending.resume(wanted, asker)
    if (resumed) return resumed
    await this.#requireFree(wanted)
    await invites.requireUsable(wanted.inviteCode)
    return pending.start(wanted, asker)
  }

  /** Nobody outside the database is told, so one transaction is enough. The account's reserved key signs, if there is one. */
  async #takeIn(wanted: WantedAccount, did: Did, asker: Asker): Promise<SignedUp> {
    const { handle, email, password, inviteCode } = wanted
    const { storage, invites, passwords, sessions } = this.#parts
    await this.#requireFree({ handle, email }, did)
    await invites.requireUsable(inviteCode)
    const passwordHash = await passwords.hash(password, asker)
    const reserved = await storage.keys.reservedFor(did)
    const signingKey = reserved ? importKeyPair(reserved.curve, reserved.privateKey) : generateKeyPair('k256')
    const session = sessions.first(did)
    const createdAt = formatDatetime(this.#now())
    const account = newAccount({ did, handle, email, passwordHash, signingKey, session, createdAt })
    await storage.transact(did, (tx) => {
      account.store(tx)
      tx.accounts.update(did, { deactivatedAt: createdAt })
      if (inviteCode !== undefined) tx.invites.use(inviteCode, { usedBy: did, usedAt: createdAt })
      if (reserved) tx.keys.release(reserved.didKey)
    })
    return { did, handle, ...sessions.jwts(session, 'com.atproto.access') }
  }

  /** Refuses early, before a password is hashed, what the transaction would refuse. */
  async #requireFree({ handle, email }: Pick<WantedAccount, 'handle' | 'email'>, did?: Did): Promise<void> {
    const { accounts, claims } = this.#parts.storage
    if ((await accounts.byHandle(handle)) ?? (await claims.byHandle(handle))) throw new ConflictError('handle')
    if ((await accounts.byEmail(email)) ?? (await claims.byEmail(email))) throw new ConflictError('email')
    if (did !== undefined && (await accounts.get(did))) throw new ConflictError('did')
  }
}

function refusalOf(error: ConflictError, handle: Handle, emailAsTyped: string | undefined): Error {
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
    default:
      return error
  }
}

function requirePassword(password: string | undefined): string {
  if (password === undefined || password === '') throw new Refused('InvalidPassword', 'A password is required')
  if (password.length > maxPasswordLength)
    throw new Refused('InvalidPassword', `Password too long: ${maxPasswordLength} characters at most`)
  return password
}
