import type { Datetime, Did } from '@atoll/syntax'
import { ConflictError } from '../core/errors.ts'
import type { Journal } from '../core/journal.ts'
import { JournaledMap } from '../core/journaled-map.ts'
import type { MemoryTables } from '../core/memory-tables.ts'
import type { AppPassword, SessionStore, SessionWrites, StoredRefreshToken } from './session-store.ts'

export class MemorySessions implements SessionStore, SessionWrites {
  readonly #refreshTokens: JournaledMap<string, StoredRefreshToken>
  readonly #appPasswords: JournaledMap<string, AppPassword>

  constructor(tables: MemoryTables) {
    this.#refreshTokens = tables.of(refreshTokensTable)
    this.#appPasswords = tables.of(appPasswordsTable)
  }

  async get(id: string): Promise<StoredRefreshToken | undefined> {
    return this.#refreshTokens.get(id)
  }

  async appPasswords(did: Did): Promise<AppPassword[]> {
    return [...this.#appPasswords.values()].filter((password) => password.did === did).reverse()
  }

  create(token: StoredRefreshToken): void {
    this.#refreshTokens.set(token.id, token)
  }

  rotate({ id, expiresAt, next }: { id: string; expiresAt: Datetime; next: StoredRefreshToken }): void {
    const token = this.#refreshTokens.get(id)
    if (!token || token.nextId !== undefined) throw new ConflictError('refreshToken')
    const ends = expiresAt < token.expiresAt ? expiresAt : token.expiresAt
    this.#refreshTokens.set(id, { ...token, expiresAt: ends, nextId: next.id })
    this.create(next)
  }

  delete(id: string): void {
    this.#refreshTokens.delete(id)
  }

  deleteLineage(lineage: string): void {
    this.#deleteWhere((token) => token.lineage === lineage)
  }

  deleteAll(did: Did): void {
    this.#deleteWhere((token) => token.did === did)
  }

  deleteExpired(before: Datetime): void {
    this.#deleteWhere((token) => token.expiresAt < before)
  }

  addAppPassword(password: AppPassword): void {
    const key = `${password.did} ${password.name}`
    if (this.#appPasswords.has(key)) throw new ConflictError('appPassword')
    this.#appPasswords.set(key, password)
  }

  deleteAppPassword(did: Did, name: string): void {
    this.#appPasswords.delete(`${did} ${name}`)
    this.#deleteWhere((token) => token.did === did && token.appPassword === name)
  }

  #deleteWhere(unwanted: (token: StoredRefreshToken) => boolean): void {
    for (const [id, token] of this.#refreshTokens) if (unwanted(token)) this.delete(id)
  }
}

function refreshTokensTable(journal: Journal): JournaledMap<string, StoredRefreshToken> {
  return new JournaledMap(journal, (_, token) => token.did)
}

function appPasswordsTable(journal: Journal): JournaledMap<string, AppPassword> {
  return new JournaledMap(journal, (_, password) => password.did)
}
