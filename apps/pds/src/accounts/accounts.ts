import { type Account, accountStatus, type RefreshToken, type Storage } from '@atoll/storage'
import { type Did, isDid } from '@atoll/syntax'
import { Refused } from '../refused.ts'
import { canonicalEmail } from './email-addresses.ts'
import type { Passwords } from './passwords.ts'
import type { AccessScope } from './session-tokens.ts'
import type { SessionJwts, Sessions } from './sessions.ts'

export interface SignedIn extends SessionJwts {
  readonly account: Account
}

interface AccountParts {
  readonly storage: Pick<Storage, 'accounts' | 'sessions'>
  readonly passwords: Passwords
  readonly sessions: Sessions
}

const maxLoginPasswordLength = 512

/** Accounts of this server: found, signed in. */
export class Accounts {
  readonly #parts: AccountParts

  constructor(parts: AccountParts) {
    this.#parts = parts
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
    // DIDs are case-sensitive, but every DID created here is in lower case: try as typed, then lower-cased.
    if (isDid(lower)) return (isDid(text) ? await accounts.get(text) : undefined) ?? accounts.get(lower)
    return lower.includes('@') ? accounts.byEmail(canonicalEmail(text)) : accounts.byHandle(lower)
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
