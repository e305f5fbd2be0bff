import type { Datetime, Did } from '@atoll/syntax'
import { ConflictError } from '../core/errors.ts'
import type { MemoryTables } from '../core/memory-tables.ts'
import type { AppPassword, SessionStore, SessionWrites, StoredRefreshToken } from './session-store.ts'

export class MemorySessions implements SessionStore, SessionWrites {
  readonly #tables: MemoryTables

  constructor(tables: MemoryTables) {
    this.#tables = tables
  }

  async get(id: string): Promise<StoredRefreshToken | undefined> {
    return this.#tables.refreshTokens.get(id)
  }

  async appPasswords(did: Did): Promise<AppPassword[]> {
    return [...this.#tables.appPasswords.values()].filter((password) => password.did === did).reverse()
  }

  create(token: StoredRefreshToken): void {
    this.#tables.refreshTokens.set(token.id, token)
  }

  rotate({ id, expiresAt, next }: { id: string; expiresAt: Datetime; next: StoredRefreshToken }): void {
    const token = this.#tables.refreshTokens.get(id)
    if (!token || token.nextId !== undefined) throw new ConflictError('refreshToken')
    const ends = expiresAt < token.expiresAt ? expiresAt : token.expiresAt
    this.#tables.refreshTokens.set(id, { ...token, expiresAt: ends, nextId: next.id })
    this.create(next)
  }

  delete(id: string): void {
    this.#tables.refreshTokens.delete(id)
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
    if (this.#tables.appPasswords.has(key)) throw new ConflictError('appPassword')
    this.#tables.appPasswords.set(key, password)
  }

  deleteAppPassword(did: Did, name: string): void {
    this.#tables.appPasswords.delete(`${did} ${name}`)
    this.#deleteWhere((token) => token.did === did && token.appPassword === name)
  }

  #deleteWhere(unwanted: (token: StoredRefreshToken) => boolean): void {
    for (const [id, token] of this.#tables.refreshTokens) if (unwanted(token)) this.delete(id)
  }
}
