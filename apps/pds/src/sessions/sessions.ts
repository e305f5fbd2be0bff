import {
  type Account,
  type AppPassword,
  accountStatus,
  ConflictError,
  type PdsStorage,
  type StoredRefreshToken,
} from '@atoll/storage'
import { type Did, formatDatetime } from '@atoll/syntax'
import type { Asker } from '@atoll/xrpc-server'
import { requireAccount, requireNotTakendown } from '../accounts/account-state.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Config } from '../config/config.ts'
import { Refused } from '../refused.ts'
import type { SecondFactors } from '../second-factors/second-factors.ts'
import { Credentials, wrongCredentials } from './credentials.ts'
import { type AccessScope, newTokenId, refreshLifeSeconds, SessionTokens } from './session-tokens.ts'

/**
 * How long a rotated token still leads to its successor: long enough for a client that lost the
 * response.
 */
const graceMs = 2 * 60 * 60 * 1000

export interface SessionJwts {
  readonly accessJwt: string
  readonly refreshJwt: string
}

export interface SignedIn extends SessionJwts {
  readonly account: Account
  readonly scope: AccessScope
}

interface SignInOptions extends Asker {
  /** The code of the second factor, if the account has one. */
  readonly authFactorToken?: string | undefined
  readonly allowTakendown?: boolean
}

interface SessionsDeps {
  /**
   * The service's own DID: transactions that touch every account's sessions (expiry) run under it.
   */
  readonly service: Did
  readonly storage: Pick<PdsStorage, 'accounts' | 'sessions' | 'transact'>
  readonly credentials: Pick<Credentials, 'require'>
  readonly secondFactors: Pick<SecondFactors, 'pass'>
  readonly tokens: SessionTokens
  readonly now?: () => number
}

/**
 * Begins, continues and ends sessions. Refresh tokens are rotated on use; an access token lives
 * until it expires.
 */
export class Sessions {
  readonly tokens: SessionTokens
  readonly #service: Did
  readonly #storage: SessionsDeps['storage']
  readonly #credentials: Pick<Credentials, 'require'>
  readonly #secondFactors: SessionsDeps['secondFactors']
  readonly #now: () => number

  constructor(deps: SessionsDeps) {
    this.tokens = deps.tokens
    this.#service = deps.service
    this.#storage = deps.storage
    this.#credentials = deps.credentials
    this.#secondFactors = deps.secondFactors
    this.#now = deps.now ?? Date.now
  }

  /**
   * Signs in by handle, DID or e-mail address, with the account's password or an app password.
   * Refuses with `AuthenticationRequired`, alike whether the account or the password is wrong, or
   * with `AccountTakedown`. The account's own password may take a second factor:
   * `SecondFactors.pass` says what that refuses with. `allowTakendown` lets a taken-down account
   * in, with a token that may only appeal.
   */
  async signIn(identifier: string, password: string, options: SignInOptions = {}): Promise<SignedIn> {
    const { account, appPassword } = await this.#credentials.require(identifier, password, options)
    const isTakendown = options.allowTakendown && accountStatus(account) === 'takendown'
    const scope = isTakendown ? 'com.atproto.takendown' : scopeOf(appPassword)
    if (!isTakendown) requireNotTakendown(account)
    // Apps with a password of their own cannot ask for codes.
    if (!appPassword) await this.#secondFactors.pass(account, options.authFactorToken)
    const jwts = await this.begin(account.did, scope, appPassword)
    if (!(await this.#isStillValid(account, appPassword))) {
      await this.end(account.did, this.tokens.readRefresh(jwts.refreshJwt).id)
      throw wrongCredentials()
    }
    return { account, scope, ...jwts }
  }

  /**
   * Whether what a sign-in was allowed by still holds. A change of it ends the sessions that are
   * there, so it is asked once the new session is stored: whichever of the two came second sees
   * the other.
   */
  async #isStillValid(before: Account, appPassword: AppPassword | undefined): Promise<boolean> {
    const { accounts, sessions } = this.#storage
    const { did } = before
    const account = await accounts.get(did)
    if (!account || account.takedown !== before.takedown) return false
    if (!appPassword) return account.passwordHash === before.passwordHash
    return (await sessions.appPasswords(did)).some(({ passwordHash }) => passwordHash === appPassword.passwordHash)
  }

  /** The first refresh token of a sign-in, to be stored in the caller's transaction. */
  first(did: Did, appPassword?: Pick<AppPassword, 'name'>): StoredRefreshToken {
    return this.#row(did, newTokenId(), appPassword?.name)
  }

  /** Both tokens of the session that `row` continues. */
  jwts(row: StoredRefreshToken, scope: AccessScope): SessionJwts {
    return {
      accessJwt: this.tokens.createAccess(row.did, scope),
      refreshJwt: this.tokens.createRefresh(row.did, row.id, new Date(row.expiresAt)),
    }
  }

  async begin(did: Did, scope: AccessScope, appPassword?: AppPassword): Promise<SessionJwts> {
    const row = this.first(did, appPassword)
    await this.#storage.transact(did, (tx) => tx.sessions.create(row))
    return this.jwts(row, scope)
  }

  /**
   * Continues the session of a refresh token, which is rotated. Racing calls, and calls within the
   * grace period, get the same successor; later use of a rotated token is a sign that it was
   * stolen, and ends the whole lineage. Refuses with `AccountNotFound`, `AccountTakedown` or
   * `ExpiredToken`.
   */
  async refresh(did: Did, id: string): Promise<SignedIn> {
    const stored = await this.#storage.accounts.get(did)
    const account = requireNotTakendown(requireAccount(stored, did, 'user info for account'))
    const row = await this.rotate(did, id)
    const scope = await this.#scopeOf(row)
    return { account, scope, ...this.jwts(row, scope) }
  }

  /** Ends the session that the token belongs to. What is not there is no error. */
  async end(did: Did, id: string): Promise<void> {
    const row = await this.#storage.sessions.get(id)
    await this.#storage.transact(did, (tx) => (row ? tx.sessions.deleteLineage(row.lineage) : tx.sessions.delete(id)))
  }

  /**
   * Deletes refresh tokens that expired so long ago that their use cannot be a sign of theft any
   * more.
   */
  async forgetExpired(): Promise<void> {
    const before = formatDatetime(new Date(this.#now() - refreshLifeSeconds * 1000))
    await this.#storage.transact(this.#service, (tx) => tx.sessions.deleteExpired(before))
  }

  /**
   * Makes the successor of a token, or returns the one that it has. Refuses with `ExpiredToken`.
   */
  async rotate(did: Did, id: string): Promise<StoredRefreshToken> {
    const row = await this.#storage.sessions.get(id)
    if (!row || row.did !== did) throw revoked()
    if (Date.parse(row.expiresAt) <= this.#now()) {
      if (row.nextId !== undefined) await this.#storage.transact(did, (tx) => tx.sessions.deleteLineage(row.lineage))
      throw revoked()
    }
    if (row.nextId !== undefined) return this.#successor(row.nextId)

    const next = this.#row(did, row.lineage, row.appPassword)
    const expiresAt = formatDatetime(new Date(this.#now() + graceMs))
    try {
      await this.#storage.transact(did, (tx) => tx.sessions.rotate({ id, expiresAt, next }))
      return next
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error
      const rotated = await this.#storage.sessions.get(id)
      if (rotated?.nextId === undefined) throw revoked()
      return this.#successor(rotated.nextId)
    }
  }

  async #successor(id: string): Promise<StoredRefreshToken> {
    const row = await this.#storage.sessions.get(id)
    if (!row) throw revoked()
    return row
  }

  /**
   * What a session may do that began with the account's password, or with an app password that is
   * still there.
   */
  async #scopeOf({ did, appPassword }: StoredRefreshToken): Promise<AccessScope> {
    if (appPassword === undefined) return scopeOf(undefined)
    const used = (await this.#storage.sessions.appPasswords(did)).find(({ name }) => name === appPassword)
    if (!used) throw revoked()
    return scopeOf(used)
  }

  #row(did: Did, lineage: string, appPassword: string | undefined): StoredRefreshToken {
    const expiresAt = formatDatetime(new Date(this.#now() + refreshLifeSeconds * 1000))
    return { id: newTokenId(), did, lineage, expiresAt, nextId: undefined, appPassword }
  }
}

interface OpenSessionsDeps {
  readonly config: Pick<Config, 'service' | 'secrets'>
  readonly storage: SessionsDeps['storage']
  readonly accounts: Pick<Accounts, 'passwords'>
  readonly secondFactors: SessionsDeps['secondFactors']
}

export function openSessions({ config, storage, accounts, secondFactors }: OpenSessionsDeps): Sessions {
  const service = config.service.did
  return new Sessions({
    service,
    storage,
    credentials: new Credentials(storage, accounts.passwords),
    secondFactors,
    tokens: new SessionTokens({ secret: config.secrets.jwtSecret, audience: service }),
  })
}

function scopeOf(appPassword: AppPassword | undefined): AccessScope {
  if (!appPassword) return 'com.atproto.access'
  return appPassword.privileged ? 'com.atproto.appPassPrivileged' : 'com.atproto.appPass'
}

function revoked(): Refused {
  return new Refused('ExpiredToken', 'Token has been revoked')
}
