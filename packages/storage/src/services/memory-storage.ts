import type { Did } from '@atoll/syntax'
import { MemoryAccounts } from '../accounts/memory-accounts.ts'
import { MemoryBlobs } from '../blobs/memory-blob-index.ts'
import { MemoryClaims } from '../claims/memory-claims.ts'
import { StorageUnavailableError } from '../core/errors.ts'
import { type Intent, IntentRecorder, replayIntents } from '../core/intents.ts'
import { MemoryTables } from '../core/memory-tables.ts'
import type { PdsStorage, PdsTransaction } from '../core/transaction.ts'
import { MemoryEmailTokens } from '../email-tokens/memory-email-tokens.ts'
import { MemoryEvents } from '../events/memory-events.ts'
import { MemoryInvites } from '../invites/memory-invites.ts'
import { MemoryKeys } from '../keys/memory-keys.ts'
import { MemoryRecords, MemoryRepos } from '../repos/memory-repos.ts'
import { MemorySessions } from '../sessions/memory-sessions.ts'
import { MemoryState } from '../state/memory-state.ts'

export interface MemoryStorageOptions {
  /** Milliseconds since 1970; sequence numbers start from it. */
  now?: () => number
  /** What an earlier storage kept: opening it again is opening the same data. */
  tables?: MemoryTables
}

/** Everything in memory, for tests and networks that live for a moment. */
export class MemoryStorage implements PdsStorage {
  readonly #tables: MemoryTables
  readonly #writers: PdsTransaction
  readonly #closed = { yes: false }
  readonly repos: MemoryRepos
  readonly records: MemoryRecords
  readonly blobs: MemoryBlobs
  readonly events: MemoryEvents
  readonly accounts: MemoryAccounts
  readonly sessions: MemorySessions
  readonly invites: MemoryInvites
  readonly emailTokens: MemoryEmailTokens
  readonly keys: MemoryKeys
  readonly claims: MemoryClaims
  readonly state: MemoryState

  constructor({ now = Date.now, tables = new MemoryTables() }: MemoryStorageOptions = {}) {
    this.#tables = tables
    this.repos = new MemoryRepos(tables)
    this.records = new MemoryRecords(tables)
    this.blobs = new MemoryBlobs(tables)
    this.events = new MemoryEvents(tables, now())
    this.accounts = new MemoryAccounts(tables)
    this.sessions = new MemorySessions(tables)
    this.invites = new MemoryInvites(tables)
    this.emailTokens = new MemoryEmailTokens(tables)
    this.keys = new MemoryKeys(tables)
    this.claims = new MemoryClaims(tables)
    this.state = new MemoryState(tables)
    this.#writers = { ...this, repo: this.repos }
  }

  async transact<T>(_did: Did, work: (tx: PdsTransaction) => T | Promise<T>): Promise<T> {
    if (this.#closed.yes) throw new StorageUnavailableError('closed')
    const recorder = new IntentRecorder()
    const answer = await work(recorder)
    this.#commit(recorder.intents)
    return answer
  }

  async close(): Promise<void> {
    this.#closed.yes = true
  }

  #commit(intents: readonly Intent[]): void {
    try {
      replayIntents(intents, this.#writers)
    } catch (error) {
      this.#tables.journal.rollBack()
      this.events.settle(false)
      throw error
    }
    this.#tables.journal.commit()
    this.events.settle(true)
  }
}
