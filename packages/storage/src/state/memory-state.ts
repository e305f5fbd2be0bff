import type { Journal } from '../core/journal.ts'
import { JournaledMap } from '../core/journaled-map.ts'
import type { MemoryTables } from '../core/memory-tables.ts'
import { compareText } from '../core/order.ts'
import type { StateEntry, StateStore, StateWrites } from './state-store.ts'

export class MemoryState implements StateStore, StateWrites {
  readonly #values: JournaledMap<string, string>

  constructor(tables: MemoryTables) {
    this.#values = tables.of(valueTable)
  }

  async get(namespace: string, key: string): Promise<string | undefined> {
    return this.#values.get(`${namespace}\n${key}`)
  }

  async list(namespace: string): Promise<StateEntry[]> {
    const prefix = `${namespace}\n`
    return [...this.#values]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => ({ key: key.slice(prefix.length), value }))
      .sort((a, b) => compareText(a.key, b.key))
  }

  set(namespace: string, key: string, value: string): void {
    this.#values.set(`${namespace}\n${key}`, value)
  }

  delete(namespace: string, key: string): void {
    this.#values.delete(`${namespace}\n${key}`)
  }
}

function valueTable(journal: Journal): JournaledMap<string, string> {
  return new JournaledMap(journal)
}
