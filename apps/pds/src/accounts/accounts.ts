import { type DidKey, generateKeyPair, type KeyPair } from '@atoll/crypto'
import { createRepo } from '@atoll/repo'
import { type Account, accountStatus, ConflictError, type RefreshToken, type Storage } from '@atoll/storage'
import { accountEvent, commitEvent, identityEvent, syncEvent } from '@atoll/sync'
import { type Did, formatDatetime, type Handle, isDid } from '@atoll/syntax'
import type { PlcAccounts } from '../identity/plc-accounts.ts'
import { Refused } from '../refused.ts'
import { nextRev } from '../repos/rev.ts'
import { normalizeEmail } from './email-addresses.ts'
import type { HandleRules } from './handles.ts'
import type { Invites } from './invites.ts'
import type { Passwords } from './passwords.ts'
import type { AccessScope } from './session-tokens.ts'
import type { SessionJwts, Sessions } from './sessions.ts'
import { SignUpClaims } from './sign-up-claims.ts'

export interface SignUp {
  readonly handle: string
  readonly email: string | undefined
  readonly password: string | undefined
  readonly inviteCode: string | undefined
  readonly recoveryKey: DidKey | undefined
}

export interface SignedUp extends SessionJwts {
  readonly did: Did
  readonly handle: Handle
}

export interface SignedIn extends SessionJwts {
  readonly account: Account
}

interface AccountParts {
  readonly storage: Pick<Storage, 'accounts' | 'sessions' | 'transact'>
  readonly passwords: Passwords
  readonly sessions: Sessions
  readonly invites: Invites
  readonly handles: HandleRules
  readonly plc: Pick<PlcAccounts, 'create'>
  readonly now?: () => Date
}

const maxPasswordLength = 256
const maxLoginPasswordLength = 512

/** Accounts of this server: made, found, signed in. */
export class Accounts {
  readonly #parts: AccountParts
  readonly #now: () => Date
  readonly #claims = new SignUpClaims()

  constructor(parts: AccountParts) {
    this.#parts = parts
    this.#now = parts.now ?? (() => new Date())
  }

  /** Makes a DID, an empty repository and an account, and signs in. Refuses before anything is made, and leaves nothing behind. */
  async create(signUp: SignUp): Promise<SignedUp> {
    const { handles, passwords } = this.#parts
    const handle = handles.normalize(signUp.handle)
    handles.requireLocal(handle)
    const email = normalizeEmail(signUp.email)
    const password = requirePassword(signUp.password)

    const handleTaken = new Refused('HandleNotAvailable', `Handle already taken: ${handle}`)
    const emailTaken = new Refused('InvalidRequest', `Email already taken: ${signUp.email}`)
    const claims = [
      { name: `handle ${handle}`, otherwise: handleTaken },
      { name: `email ${email}`, otherwise: emailTaken },
    ]
    return this.#claims.during(claims, async () => {
      if (await this.#parts.storage.accounts.byHandle(handle)) throw handleTaken
      if (await this.#parts.storage.accounts.byEmail(email)) throw emailTaken
      return this.#parts.invites.during(signUp.inviteCode, async () => {
        const passwordHash = await passwords.hash(password)
        return this.#make({
          handle,
          email,
          passwordHash,
          inviteCode: signUp.inviteCode,
          recoveryKey: signUp.recoveryKey,
        }).catch((error: unknown) => {
          if (error instanceof ConflictError && error.field === 'handle') throw handleTaken
          if (error instanceof ConflictError && error.field === 'email') throw emailTaken
          throw error
        })
      })
    })
  }

  async #make(checked: {
    handle: Handle
    email: string
    passwordHash: string
    inviteCode: string | undefined
    recoveryKey: DidKey | undefined
  }): Promise<SignedUp> {
    const { storage, sessions, plc } = this.#parts
    const { handle, email, passwordHash, inviteCode, recoveryKey } = checked
    const key = generateKeyPair('k256')
    const did = await plc.create({ handle, signingKey: key.didKey(), recoveryKey })

    const createdAt = formatDatetime(this.#now())
    const commit = createRepo({ did, sign: key, rev: nextRev() })
    const session = sessions.first(did)
    await storage.transact(did, (tx) => {
      tx.accounts.create({ did, handle, email, passwordHash, createdAt })
      tx.keys.setSigningKey(did, storedKey(key))
      if (inviteCode !== undefined) tx.invites.use(inviteCode, { usedBy: did, usedAt: createdAt })
      tx.repo.apply({ ...commit, prev: undefined, records: [], blobs: [] })
      tx.events.append(identityEvent(did, handle, createdAt))
      tx.events.append(accountEvent(did, undefined, createdAt))
      tx.events.append(commitEvent(commit, createdAt))
      tx.events.append(syncEvent(did, commit.head.rev, commit.commit, createdAt))
      tx.sessions.create(session)
    })
    return { did, handle, ...sessions.jwts(session, 'com.atproto.access') }
  }

  /**
   * Signs in by handle, DID or e-mail address, with the account's password or an app password. Refuses alike whether the account or the
   * password is wrong. `allowTakendown` lets a taken-down account in, with a token that may only appeal.
   */
  async signIn(identifier: string, password: string, options: { allowTakendown?: boolean } = {}): Promise<SignedIn> {
    const { storage, sessions, passwords } = this.#parts
    const account = await this.#byIdentifier(identifier)
    const given = password.length > maxLoginPasswordLength ? '' : password
    if (await passwords.matches(given, account?.passwordHash)) {
      // The hash of a missing account matches nothing.
      const found = account as Account
      const scope = scopeFor(found, 'com.atproto.access', options)
      return { account: found, ...(await sessions.begin(found.did, scope)) }
    }
    for (const appPassword of account ? await storage.sessions.appPasswords(account.did) : []) {
      if (!account || !(await passwords.matches(given, appPassword.passwordHash))) continue
      const scope = scopeFor(
        account,
        appPassword.privileged ? 'com.atproto.appPassPrivileged' : 'com.atproto.appPass',
        options,
      )
      return { account, ...(await sessions.begin(account.did, scope, appPassword)) }
    }
    throw new Refused('AuthenticationRequired', 'Invalid identifier or password')
  }

  /** Continues the session of a refresh token. */
  async refresh(did: Did, tokenId: string): Promise<SignedIn> {
    const { storage, sessions } = this.#parts
    const account = await storage.accounts.get(did)
    if (!account) throw new Refused('AccountNotFound', `Could not find user info for account: ${did}`)
    if (accountStatus(account) === 'takendown') throw new Refused('AccountTakedown', 'Account has been taken down')
    const row = await sessions.refresh(did, tokenId)
    return { account, ...sessions.jwts(row, await this.#scopeOf(row)) }
  }

  /** The account of a DID. Refuses with `AccountNotFound`. */
  async require(did: Did): Promise<Account> {
    const account = await this.#parts.storage.accounts.get(did)
    if (!account) throw new Refused('AccountNotFound', `Could not find account: ${did}`)
    return account
  }

  /** The account of a DID, unless it was taken down since its token was made. */
  async requireNotTakendown(did: Did): Promise<Account> {
    const account = await this.require(did)
    if (accountStatus(account) === 'takendown') throw new Refused('AccountTakedown', 'Account has been taken down')
    return account
  }

  /** The DID of an account of this server, by DID or handle. */
  async find(identifier: string): Promise<Account | undefined> {
    const { accounts } = this.#parts.storage
    return isDid(identifier) ? accounts.get(identifier) : accounts.byHandle(identifier.toLowerCase())
  }

  async #byIdentifier(identifier: string): Promise<Account | undefined> {
    const { accounts } = this.#parts.storage
    const text = identifier.trim()
    const lower = text.toLowerCase()
    // Letters of a DID may count, though those of every account that was made here are small.
    if (isDid(lower)) return (isDid(text) ? await accounts.get(text) : undefined) ?? accounts.get(lower)
    return lower.includes('@') ? accounts.byEmail(lower) : accounts.byHandle(lower)
  }

  async #scopeOf(row: RefreshToken): Promise<AccessScope> {
    if (row.appPassword === undefined) return 'com.atproto.access'
    const used = (await this.#parts.storage.sessions.appPasswords(row.did)).find(({ name }) => name === row.appPassword)
    if (!used) throw new Refused('ExpiredToken', 'Token has been revoked')
    return used.privileged ? 'com.atproto.appPassPrivileged' : 'com.atproto.appPass'
  }
}

function scopeFor(account: Account, scope: AccessScope, options: { allowTakendown?: boolean }): AccessScope {
  if (accountStatus(account) !== 'takendown') return scope
  if (options.allowTakendown) return 'com.atproto.takendown'
  throw new Refused('AccountTakedown', 'Account has been taken down')
}

function requirePassword(password: string | undefined): string {
  if (password === undefined || password === '') throw new Refused('InvalidPassword', 'A password is required')
  if (password.length > maxPasswordLength)
    throw new Refused('InvalidPassword', `Password too long: ${maxPasswordLength} characters at most`)
  return password
}

function storedKey(key: KeyPair) {
  return { curve: key.curve, privateKey: key.exportPrivateKey() }
}
