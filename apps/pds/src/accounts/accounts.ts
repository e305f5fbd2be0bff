import { type Account, type AppPassword, accountStatus, type PdsStorage, type StoredRefreshToken } from '@atoll/storage'
import { type Did, isDid } from '@atoll/syntax'
import type { Asker } from '@atoll/xrpc-server'
import { Refused } from '../refused.ts'
import { isKeptAppPassword, isSameAppPassword, keptAppPassword } from '../sessions/app-passwords.ts'
import type { AccessScope } from '../sessions/session-tokens.ts'
import type { SessionJwts, Sessions } from '../sessions/sessions.ts'
import { canonicalEmail } from './email-addresses.ts'
import type { Passwords } from './passwords.ts'

export interface SignedIn extends SessionJwts {
  readonly account: Account
}

interface AccountParts {
  readonly storage: Pick<PdsStorage, 'accounts' | 'sessions'>
  readonly passwords: Passwords
  readonly sessions: Sessions
}

interface SignInOptions extends Asker {
  readonly allowTakendown?: boolean
}

const maxLoginPasswordLength = 512
/** The longest DID is as long; handles and e-mail addresses are shorter. */
const maxIdentifierLength = 2048

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
  async signIn(identifier: string, password: string, options: SignInOptions = {}): Promise<SignedIn> {
    const { sessions, passwords } = this.#parts
    requireIdentifierLength(identifier)
    const account = await this.#byIdentifier(identifier)
    const given = password.length > maxLoginPasswordLength ? '' : password
    if (await passwords.matches(given, account?.passwordHash, options)) {
      // The hash of a missing account matches nothing.
      const found = account as Account
      const scope = scopeFor(found, 'com.atproto.access', options)
      return { account: found, ...(await sessions.begin(found.did, scope)) }
    }
    const appPassword = account && (await this.#appPassword(account.did, given, options))
    if (!account || !appPassword) throw wrongCredentials()
    const scope = scopeFor(
      account,
      appPassword.privileged ? 'com.atproto.appPassPrivileged' : 'com.atproto.appPass',
      options,
    )
    return { account, ...(await sessions.begin(account.did, scope, appPassword)) }
  }

  /** The app password that was given. One hash is enough for all; those kept in the slow form cost one for each salt. */
  async #appPassword(did: Did, given: string, asker: Asker): Promise<AppPassword | undefined> {
    const { storage, passwords } = this.#parts
    const all = await storage.sessions.appPasswords(did)
    const kept = all.length > 0 ? keptAppPassword(did, given) : ''
    const found = all.find(({ passwordHash }) => isSameAppPassword(passwordHash, kept))
    if (found) return found
    const slow = all.filter(({ passwordHash }) => !isKeptAppPassword(passwordHash))
    const match = await passwords.firstMatch(
      given,
      slow.map(({ passwordHash }) => passwordHash),
      asker,
    )
    return slow.find(({ passwordHash }) => passwordHash === match)
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

  async #scopeOf(row: StoredRefreshToken): Promise<AccessScope> {
    if (row.appPassword === undefined) return 'com.atproto.access'
    const used = (await this.#parts.storage.sessions.appPasswords(row.did)).find(({ name }) => name === row.appPassword)
    if (!used) throw new Refused('ExpiredToken', 'Token has been revoked')
    return used.privileged ? 'com.atproto.appPassPrivileged' : 'com.atproto.appPass'
  }
}

/** Refuses what is too long to name an account, as it refuses every name without an account. */
export function requireIdentifierLength(identifier: string): void {
  if (identifier.length > maxIdentifierLength) throw wrongCredentials()
}

function wrongCredentials(): Refused {
  return new Refused('AuthenticationRequired', 'Invalid identifier or password')
}

function scopeFor(account: Account, scope: AccessScope, options: { allowTakendown?: boolean }): AccessScope {
  if (accountStatus(account) !== 'takendown') return scope
  if (options.allowTakendown) return 'com.atproto.takendown'
  throw new Refused('AccountTakedown', 'Account has been taken down')
}
