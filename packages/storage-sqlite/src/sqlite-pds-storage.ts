import { type Erasure, intentRecorders, type PdsStorage, type PdsTransaction, pdsMethods } from '@atoll/storage'
import {
  type Migration,
  pdsMigrations,
  pdsRoutines,
  SqlAccounts,
  SqlBlobIndex,
  SqlBlobUsage,
  SqlClaims,
  SqlDidDocuments,
  SqlEmailTokens,
  SqlImports,
  SqlInvites,
  SqlKeys,
  SqlOutbox,
  SqlSecondFactors,
  SqlSessions,
  SqlState,
} from '@atoll/storage-sql'
import type { Did } from '@atoll/syntax'
import { SqliteHost, type SqliteOptions } from './core/sqlite-host.ts'
import { SqliteEvents } from './events/sqlite-events.ts'
import { SqliteRecords } from './records/sqlite-records.ts'
import { SqliteRepos } from './repos/sqlite-repos.ts'

export interface SqlitePdsStorageOptions extends SqliteOptions {
  /** The migrations to apply, for tests of older and newer schemas. */
  migrations?: readonly Migration[]
}

const newRecorder = intentRecorders(pdsMethods)

/**
 * Opens (or creates) a database in one SQLite file, brings its schema up to date, and checks it
 * after an unclean stop. Throws `DatabaseInUseError`, `ForeignDatabaseError`, `SchemaTooNewError`,
 * `CorruptStorageError` or `StorageUnavailableError`.
 */
export async function openSqlitePdsStorage(options: SqlitePdsStorageOptions): Promise<PdsStorage> {
  return new SqlitePdsStorage(options)
}

/** A PDS's storage in one SQLite file. */
class SqlitePdsStorage implements PdsStorage {
  readonly #host: SqliteHost
  readonly repos: SqliteRepos
  readonly records: SqliteRecords
  readonly blobs: SqlBlobIndex
  readonly blobUsage: SqlBlobUsage
  readonly events: SqliteEvents
  readonly accounts: SqlAccounts
  readonly sessions: SqlSessions
  readonly invites: SqlInvites
  readonly emailTokens: SqlEmailTokens
  readonly keys: SqlKeys
  readonly claims: SqlClaims
  readonly didDocuments: SqlDidDocuments
  readonly outbox: SqlOutbox
  readonly secondFactors: SqlSecondFactors
  readonly imports: SqlImports
  readonly state: SqlState
  readonly erasure: Erasure

  constructor(options: SqlitePdsStorageOptions) {
    const host = new SqliteHost({ ...options, migrations: options.migrations ?? pdsMigrations })
    const { run } = host
    this.#host = host
    this.repos = new SqliteRepos(host)
    this.records = new SqliteRecords(run)
    this.blobs = new SqlBlobIndex(run)
    this.blobUsage = new SqlBlobUsage(run)
    this.events = new SqliteEvents(host)
    this.accounts = new SqlAccounts(run)
    this.sessions = new SqlSessions(run)
    this.invites = new SqlInvites(run)
    this.emailTokens = new SqlEmailTokens(run)
    this.keys = new SqlKeys(run)
    this.claims = new SqlClaims(run)
    this.didDocuments = new SqlDidDocuments(run)
    this.outbox = new SqlOutbox(run)
    this.secondFactors = new SqlSecondFactors(run)
    this.imports = new SqlImports(run)
    this.state = new SqlState(run)
    this.erasure = { eraseDeleted: () => host.eraseDeleted() }
  }

  transact<T>(_did: Did, work: (tx: PdsTransaction) => T | Promise<T>): Promise<T> {
    return this.#host.transact<PdsTransaction, T>(newRecorder(), pdsRoutines, work)
  }

  close(): Promise<void> {
    return this.#host.close()
  }
}
