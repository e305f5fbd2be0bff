import type { Datetime, Did } from '@atoll/syntax'
import { ConflictError } from '../core/errors.ts'
import type { Journal } from '../core/journal.ts'
import { JournaledMap } from '../core/journaled-map.ts'
import type { MemoryTables } from '../core/memory-tables.ts'
import { compareBytes, compareText } from '../core/order.ts'
import type { AccountKey, KeyStore, KeyWrites, ReservedKey, Rewriting, SigningKey } from './key-store.ts'

export class MemoryKeys implements KeyStore, KeyWrites {
  readonly #signingKeys: JournaledMap<Did, SigningKey>
  readonly #reservedKeys: JournaledMap<string, ReservedKey>

  constructor(tables: MemoryTables) {
    this.#signingKeys = tables.of(signingKeysTable)
    this.#reservedKeys = tables.of(reservedKeysTable)
  }

  async signingKey(did: Did): Promise<SigningKey | undefined> {
    return this.#signingKeys.get(did)
  }

  async reserved(didKey: string): Promise<ReservedKey | undefined> {
    return this.#reservedKeys.get(didKey)
  }

  async reservedFor(did: Did): Promise<ReservedKey | undefined> {
    return [...this.#reservedKeys.values()].find((key) => key.did === did)
  }

  async countReserved(): Promise<number> {
    return this.#reservedKeys.size
  }

  async signingKeys({ limit, cursor = '' as Did }: { limit: number; cursor?: Did }): Promise<AccountKey[]> {
    return [...this.#signingKeys]
      .map(([did, key]) => ({ did, ...key }))
      .filter(({ did }) => compareText(did, cursor) > 0)
      .sort((a, b) => compareText(a.did, b.did))
      .slice(0, limit)
  }

  async reservedKeys({ limit, cursor = '' }: { limit: number; cursor?: string }): Promise<ReservedKey[]> {
    return [...this.#reservedKeys.values()]
      .filter(({ didKey }) => compareText(didKey, cursor) > 0)
      .sort((a, b) => compareText(a.didKey, b.didKey))
      .slice(0, limit)
  }

  setSigningKey(did: Did, { curve, privateKey }: SigningKey): void {
    this.#signingKeys.set(did, { curve, privateKey })
  }

  reserve(key: ReservedKey): void {
    for (const other of this.#reservedKeys.values()) {
      const same = other.didKey === key.didKey || (key.did !== undefined && other.did === key.did)
      if (same) throw new ConflictError('reservedKey')
    }
    this.#reservedKeys.set(key.didKey, key)
  }

  release(didKey: string): void {
    if (!this.#reservedKeys.has(didKey)) throw new ConflictError('reservedKey')
    this.#reservedKeys.delete(didKey)
  }

  forgetReserved(before: Datetime): void {
    for (const [didKey, { createdAt }] of this.#reservedKeys) if (createdAt < before) this.#reservedKeys.delete(didKey)
  }

  rewriteSigningKey(did: Did, { from, to }: Rewriting): void {
    const key = this.#signingKeys.get(did)
    if (key && compareBytes(key.privateKey, from) === 0) this.#signingKeys.set(did, { ...key, privateKey: to })
  }

  rewriteReserved(didKey: string, { from, to }: Rewriting): void {
    const key = this.#reservedKeys.get(didKey)
    if (key && compareBytes(key.privateKey, from) === 0) this.#reservedKeys.set(didKey, { ...key, privateKey: to })
  }
}

function signingKeysTable(journal: Journal): JournaledMap<Did, SigningKey> {
  return new JournaledMap(journal, (did) => did)
}

function reservedKeysTable(journal: Journal): JournaledMap<string, ReservedKey> {
  return new JournaledMap(journal, (_, key) => key.did)
}
