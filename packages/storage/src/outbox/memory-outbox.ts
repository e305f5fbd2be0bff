import type { Datetime } from '@atoll/syntax'
import { ConflictError } from '../core/errors.ts'
import type { Journal } from '../core/journal.ts'
import { JournaledMap } from '../core/journaled-map.ts'
import type { MemoryTables } from '../core/memory-tables.ts'
import type { OutboxLimits, OutboxMessage, OutboxStore, OutboxWrites } from './outbox-store.ts'

export class MemoryOutbox implements OutboxStore, OutboxWrites {
  readonly #messages: JournaledMap<string, OutboxMessage>

  constructor(tables: MemoryTables) {
    this.#messages = tables.of(outboxTable)
  }

  async due({ at, channel, limit }: { at: Datetime; channel: string; limit: number }): Promise<OutboxMessage[]> {
    const due = [...this.#messages.values()].filter((message) => message.channel === channel && message.dueAt <= at)
    return due.sort((a, b) => order(a.dueAt, b.dueAt)).slice(0, limit)
  }

  async expired({ at, limit }: { at: Datetime; limit: number }): Promise<OutboxMessage[]> {
    const expired = [...this.#messages.values()].filter(({ expiresAt }) => expiresAt <= at)
    return expired.sort((a, b) => order(a.expiresAt, b.expiresAt)).slice(0, limit)
  }

  async count(): Promise<number> {
    return this.#messages.size
  }

  add(message: OutboxMessage, limits: OutboxLimits): void {
    const { did, topic } = message
    const ofAccount = did === undefined ? [] : [...this.#messages.values()].filter((each) => each.did === did)
    const earlier = ofAccount.filter((each) => topic !== undefined && each.topic === topic)
    for (const { id } of earlier) this.#messages.delete(id)
    if (ofAccount.length - earlier.length >= limits.ofAccount || this.#messages.size >= limits.inAll) {
      throw new ConflictError('outbox', 'too many messages wait to be sent')
    }
    this.#messages.set(message.id, message)
  }

  postpone(id: string, dueAt: Datetime): void {
    const message = this.#messages.get(id)
    if (message) this.#messages.set(id, { ...message, dueAt, failures: message.failures + 1 })
  }

  delete(id: string): void {
    this.#messages.delete(id)
  }
}

function outboxTable(journal: Journal): JournaledMap<string, OutboxMessage> {
  return new JournaledMap(journal, (_, message) => message.did)
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
