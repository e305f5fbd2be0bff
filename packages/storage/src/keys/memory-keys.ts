import type { Did } from '@atoll/syntax'
import { ConflictError } from '../core/errors.ts'
import type { MemoryTables } from '../core/memory-tables.ts'
import type { KeyStore, KeyWrites, ReservedKey, SigningKey } from './key-store.ts'

export class MemoryKeys implements KeyStore, KeyWrites {
  readonly #tables: MemoryTables

  constructor(tables: MemoryTables) {
    this.#tables = tables
  }

  async signingKey(did: Did): Promise<SigningKey | undefined> {
    return this.#tables.signingKeys.get(did)
  }

  async reserved(didKey: string): Promise<ReservedKey | undefined> {
    return this.#tables.reservedKeys.get(didKey)
  }

  async reservedFor(did: Did): Promise<ReservedKey | undefined> {
    return [...this.#tables.reservedKeys.values()].find((key) => key.did === did)
  }

  setSigningKey(did: Did, { curve, privateKey }: SigningKey): void {
    this.#tables.signingKeys.set(did, { curve, privateKey })
  }

  reserve(key: ReservedKey): void {
    for (const other of this.#tables.reservedKeys.values()) {
      const same = other.didKey === key.didKey || (key.did !== undefined && other.did === key.did)
      if (same) throw new ConflictError('reservedKey')
    }
    this.#tables.reservedKeys.set(key.didKey, key)
  }

  release(didKey: string): void {
    if (!this.#tables.reservedKeys.has(didKey)) throw new ConflictError('reservedKey')
    this.#tables.reservedKeys.delete(didKey)
  }
}
