import type { Did } from '@atoll/syntax'
import { MemoryAccounts } from '../accounts/memory-accounts.ts'
import { MemoryBlobIndex } from '../blobs/memory-blob-index.ts'
import { MemoryBlobUsage } from '../blobs/memory-blob-usage.ts'
import { MemoryClaims } from '../claims/memory-claims.ts'
import { MemoryTables } from '../core/memory-tables.ts'
import { MemoryTransactions } from '../core/memory-transactions.ts'
import { MemoryDidDocuments } from '../did-documents/memory-did-documents.ts'
import { MemoryEmailTokens } from '../email-tokens/memory-email-tokens.ts'
import { MemoryEvents } from '../events/memory-events.ts'
import { MemoryImports } from '../imports/memory-imports.ts'
import { MemoryInvites } from '../invites/memory-invites.ts'
import { MemoryKeys } from '../keys/memory-keys.ts'
import { MemoryOutbox } from '../outbox/memory-outbox.ts'
import { MemoryRecords } from '../records/memory-records.ts'
import { MemoryRepos } from '../repos/memory-repos.ts'
import { MemorySecondFactors } from '../second-factors/memory-second-factors.ts'
import { MemorySessions } from '../sessions/memory-sessions.ts'
import { MemoryState } from '../state/memory-state.ts'
import { type PdsStorage, type PdsTransaction, pdsMethods } from './pds-storage.ts'

export interface MemoryPdsStorageOptions {
  /** Milliseconds since 1970; sequence numbers start from it. */
  now?: () => number
  /** The data of an earlier storage, to open it again. */
  tables?: MemoryTables
}

/** A PDS's storage in memory, for tests and short-lived networks. */
export class MemoryPdsStorage implements PdsStorage {
  readonly #transactions: MemoryTransactions<PdsTransaction>
  readonly repos: MemoryRepos
  readonly records: MemoryRecords
  readonly blobs: MemoryBlobIndex
  readonly blobUsage: MemoryBlobUsage
  readonly events: MemoryEvents
  readonly accounts: MemoryAccounts
  readonly sessions: MemorySessions
  readonly invites: MemoryInvites
  readonly emailTokens: MemoryEmailTokens
  readonly keys: MemoryKeys
  readonly claims: MemoryClaims
  readonly didDocuments: MemoryDidDocuments
  readonly outbox: MemoryOutbox
  readonly secondFactors: MemorySecondFactors
  readonly imports: MemoryImports
  readonly state: MemoryState
  /** Nothing deleted is kept. */
  readonly erasure = { eraseDeleted: async () => true }

  constructor({ now = Date.now, tables = new MemoryTables() }: MemoryPdsStorageOptions = {}) {
    this.repos = new MemoryRepos(tables)
    this.records = new MemoryRecords(tables)
    this.blobs = new MemoryBlobIndex(tables)
    this.blobUsage = new MemoryBlobUsage(tables)
    this.events = new MemoryEvents(tables, now())
    this.claims = new MemoryClaims(tables)
    this.accounts = new MemoryAccounts(tables, this.claims)
    this.sessions = new MemorySessions(tables)
    this.invites = new MemoryInvites(tables)
    this.emailTokens = new MemoryEmailTokens(tables)
    this.keys = new MemoryKeys(tables)
    this.didDocuments = new MemoryDidDocuments(tables)
    this.outbox = new MemoryOutbox(tables)
    this.secondFactors = new MemorySecondFactors(tables)
    this.imports = new MemoryImports(tables)
    this.state = new MemoryState(tables)
    this.#transactions = new MemoryTransactions<PdsTransaction>({
      tables,
      methods: pdsMethods,
      writers: { ...this, repo: this.repos },
      onSettled: (committed) => this.events.settle(committed),
    })
  }

  transact<T>(did: Did, work: (tx: PdsTransaction) => T | Promise<T>): Promise<T> {
    return this.#transactions.transact(did, work)
  }

  close(): Promise<void> {
    return this.#transactions.close()
  }
}
