import { type DidKey, generateKeyPair, importKeyPair, type KeyPair } from '@atoll/crypto'
import type { DidDocument, IdentityResolver } from '@atoll/identity'
import { createRepo } from '@atoll/repo'
import { ConflictError, type Storage, type Transaction } from '@atoll/storage'
import { accountEvent, commitEvent, identityEvent, syncEvent } from '@atoll/sync'
import { type Did, formatDatetime, type Handle } from '@atoll/syntax'
import type { PlcAccounts } from '../identity/plc-accounts.ts'
import { Refused } from '../refused.ts'
import { repoClock } from '../repos/repo-clock.ts'
import { normalizeEmail } from './email-addresses.ts'
import { requireHandleOf } from './foreign-handles.ts'
import type { HandleRules } from './handles.ts'
import type { Invites } from './invites.ts'
import type { Passwords } from './passwords.ts'
import type { SessionJwts, Sessions } from './sessions.ts'
import { SignUpClaims } from './sign-up-claims.ts'

export interface SignUp {
  readonly handle: string
  readonly email: string | undefined
  readonly password: string | undefined
  readonly inviteCode: string | undefined
  readonly recoveryKey: DidKey | undefined
  /** The DID of an account that moves here, which the caller has proven to hold; without one, a DID is made. */
  readonly did: Did | undefined
}

export interface SignedUp extends SessionJwts {
  readonly did: Did
  readonly handle: Handle
  /** The document of a DID that was made here. */
  readonly document?: DidDocument
}

interface SignUpParts {
  readonly storage: Pick<Storage, 'accounts' | 'keys' | 'transact'>
  readonly passwords: Passwords
  readonly sessions: Sessions
  readonly invites: Invites
  readonly handles: HandleRules
  readonly identity: Pick<IdentityResolver, 'resolveHandle'>
  readonly plc: Pick<PlcAccounts, 'create'>
  readonly now?: () => Date
}

/** A sign-up that may go through: nothing of it is taken, as far as can be seen beforehand. */
interface Checked {
  readonly handle: Handle
  readonly email: string
  readonly passwordHash: string
  readonly inviteCode: string | undefined
}

const maxPasswordLength = 256

/** New accounts: with a DID made for them, or moving here with their own. */
export class SignUps {
  readonly #parts: SignUpParts
  readonly #now: () => Date
  readonly #claims = new SignUpClaims()

  constructor(parts: SignUpParts) {
    this.#parts = parts
    this.#now = parts.now ?? (() => new Date())
  }

  /** Makes an account with an empty repository, and signs in. Refuses before anything is made, and leaves nothing behind. */
  async create(signUp: SignUp): Promise<SignedUp> {
    const { passwords, invites } = this.#parts
    const { did, inviteCode } = signUp
    const handle = await this.#requireHandle(signUp)
    const email = normalizeEmail(signUp.email)
    const password = requirePassword(signUp.password)

    const taken = {
      handle: new Refused('HandleNotAvailable', `Handle already taken: ${handle}`),
      email: new Refused('InvalidRequest', `Email already taken: ${signUp.email}`),
      did: new Refused('AlreadyExists', 'Repo already exists'),
    }
    const claims = [
      { name: `handle ${handle}`, otherwise: taken.handle },
      { name: `email ${email}`, otherwise: taken.email },
      ...(did === undefined ? [] : [{ name: did, otherwise: taken.did }]),
    ]
    return this.#claims.during(claims, async () => {
      const { accounts } = this.#parts.storage
      if (await accounts.byHandle(handle)) throw taken.handle
      if (await accounts.byEmail(email)) throw taken.email
      if (did !== undefined && (await accounts.get(did))) throw taken.did
      return invites.during(inviteCode, async () => {
        const checked = { handle, email, passwordHash: await passwords.hash(password), inviteCode }
        const made = did === undefined ? this.#make(checked, signUp.recoveryKey) : this.#takeIn(checked, did)
        return made.catch((error: unknown) => {
          const field = error instanceof ConflictError ? error.field : undefined
          throw field === 'handle' || field === 'email' || field === 'did' ? taken[field] : error
        })
      })
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

  async #make(checked: Checked, recoveryKey: DidKey | undefined): Promise<SignedUp> {
    const key = generateKeyPair('k256')
    const { did, document } = await this.#parts.plc.create({
      handle: checked.handle,
      signingKey: key.didKey(),
      recoveryKey,
    })
    const made = await this.#store(checked, did, key, (tx, time, commit) => {
      tx.events.append(identityEvent(did, checked.handle, time))
      tx.events.append(accountEvent(did, undefined, time))
      tx.events.append(commitEvent(commit, time))
      tx.events.append(syncEvent(did, commit.head.rev, commit.commit, time))
    })
    return { ...made, document }
  }

  /** The account starts deactivated, and the network hears nothing of it until it has moved. Its reserved key, if it has one, signs. */
  async #takeIn(checked: Checked, did: Did): Promise<SignedUp> {
    const reserved = await this.#parts.storage.keys.reservedFor(did)
    const key = reserved ? importKeyPair(reserved.curve, reserved.privateKey) : generateKeyPair('k256')
    return this.#store(checked, did, key, (tx, time) => {
      tx.accounts.update(did, { deactivatedAt: time })
      if (reserved) tx.keys.release(reserved.didKey)
    })
  }

  async #store(
    { handle, email, passwordHash, inviteCode }: Checked,
    did: Did,
    key: KeyPair,
    more: (tx: Transaction, time: ReturnType<typeof formatDatetime>, commit: ReturnType<typeof createRepo>) => void,
  ): Promise<SignedUp> {
    const { storage, sessions } = this.#parts
    const createdAt = formatDatetime(this.#now())
    const commit = createRepo({ did, sign: key, rev: repoClock().next() })
    const session = sessions.first(did)
    await storage.transact(did, (tx) => {
      tx.accounts.create({ did, handle, email, passwordHash, createdAt })
      tx.keys.setSigningKey(did, { curve: key.curve, privateKey: key.exportPrivateKey() })
      if (inviteCode !== undefined) tx.invites.use(inviteCode, { usedBy: did, usedAt: createdAt })
      tx.repo.apply({ ...commit, prev: undefined, records: [], blobs: [] })
      more(tx, createdAt, commit)
      tx.sessions.create(session)
    })
    return { did, handle, ...sessions.jwts(session, 'com.atproto.access') }
  }
}

function requirePassword(password: string | undefined): string {
  if (password === undefined || password === '') throw new Refused('InvalidPassword', 'A password is required')
  if (password.length > maxPasswordLength)
    throw new Refused('InvalidPassword', `Password too long: ${maxPasswordLength} characters at most`)
  return password
}
