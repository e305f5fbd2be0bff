import type { MemoryTables } from '../core/memory-tables.ts'
import { compareText } from '../core/order.ts'
import type { StateEntry, StateStore, StateWrites } from './state-store.ts'

export class MemoryState implements StateStore, StateWrites {
  readonly #tables: MemoryTables

  constructor(tables: MemoryTables) {
    this.#tables = tables
  }

  async get(namespace: string, key: string): Promise<string | undefined> {
    return this.#tables.state.get(`${namespace}\n${key}`)
  }

  async list(namespace: string): Promise<StateEntry[]> {
    const prefix = `${namespace}\n`
    return [...this.#tables.state]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => ({ key: key.slice(prefix.length), value }))
      .sort((a, b) => compareText(a.key, b.key))
  }

  set(namespace: string, key: string, value: string): void {
    this.#tables.state.set(`${namespace}\n${key}`, value)
  }

  delete(namespace: string, key: string): void {
    this.#tables.state.delete(`${namespace}\n${key}`)
  }
}
