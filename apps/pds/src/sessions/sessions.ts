import { type AppPassword, ConflictError, type PdsStorage, type StoredRefreshToken } from '@atoll/storage'
import { type Did, formatDatetime } from '@atoll/syntax'
import { Refused } from '../refused.ts'
import { type AccessScope, newTokenId, refreshLifeSeconds, type SessionTokens } from './session-tokens.ts'

/** How long a rotated token still answers with its successor: long enough for a client whose answer was lost. */
const graceMs = 2 * 60 * 60 * 1000

export interface SessionJwts {
  readonly accessJwt: string
  readonly refreshJwt: string
}

/** Begins, continues and ends sessions. Refresh tokens are rotated on use; an access token lives until it expires. */
export class Sessions {
  readonly #storage: Pick<PdsStorage, 'sessions' | 'transact'>
  readonly #tokens: SessionTokens
  readonly #owner: Did
  readonly #now: () => number

  /** @param deps.service In whose name the server looks after the sessions of all. */
  constructor(deps: {
    service: Did
    storage: Pick<PdsStorage, 'sessions' | 'transact'>
    tokens: SessionTokens
    now?: () => number
  }) {
    this.#storage = deps.storage
    this.#tokens = deps.tokens
    this.#owner = deps.service
    this.#now = deps.now ?? Date.now
  }

  /** The first refresh token of a sign-in, to be stored in the caller's transaction. */
  first(did: Did, appPassword?: Pick<AppPassword, 'name'>): StoredRefreshToken {
    return this.#row(did, newTokenId(), appPassword?.name)
  }

  /** Both tokens of the session that `row` continues. */
  jwts(row: StoredRefreshToken, scope: AccessScope): SessionJwts {
    return {
      accessJwt: this.#tokens.createAccess(row.did, scope),
      refreshJwt: this.#tokens.createRefresh(row.did, row.id, new Date(row.expiresAt)),
    }
  }

  async begin(did: Did, scope: AccessScope, appPassword?: AppPassword): Promise<SessionJwts> {
    const row = this.first(did, appPassword)
    await this.#storage.transact(did, (tx) => tx.sessions.create(row))
    return this.jwts(row, scope)
  }

  /**
   * Rotates a refresh token and answers its successor. Racing calls, and calls within the grace period, get the same successor; later use
   * of a rotated token is a sign that it was stolen, and ends the whole lineage.
   */
  async refresh(did: Did, id: string): Promise<StoredRefreshToken> {
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

  /** Ends the session that the token belongs to. What is not there is no error. */
  async end(did: Did, id: string): Promise<void> {
    const row = await this.#storage.sessions.get(id)
    await this.#storage.transact(did, (tx) => (row ? tx.sessions.deleteLineage(row.lineage) : tx.sessions.delete(id)))
  }

  /** Forgets what expired so long ago that its use cannot mean anything any more. */
  async forgetExpired(): Promise<void> {
    const before = formatDatetime(new Date(this.#now() - refreshLifeSeconds * 1000))
    await this.#storage.transact(this.#owner, (tx) => tx.sessions.deleteExpired(before))
  }

  async #successor(id: string): Promise<StoredRefreshToken> {
    const row = await this.#storage.sessions.get(id)
    if (!row) throw revoked()
    return row
  }

  #row(did: Did, lineage: string, appPassword: string | undefined): StoredRefreshToken {
    const expiresAt = formatDatetime(new Date(this.#now() + refreshLifeSeconds * 1000))
    return { id: newTokenId(), did, lineage, expiresAt, nextId: undefined, appPassword }
  }
}

function revoked(): Refused {
  return new Refused('ExpiredToken', 'Token has been revoked')
}
