import {
  AppendListeners,
  type CorruptStorageError,
  firstSeq,
  IntentRecorder,
  type PdsStorage,
  type PdsTransaction,
  StorageUnavailableError,
  type StoredEvent,
} from '@atoll/storage'
import {
  logMarks,
  type Migration,
  migrations,
  type Run,
  runRoutine,
  SqlAccounts,
  SqlBlobIndex,
  SqlClaims,
  SqlEmailTokens,
  SqlInvites,
  SqlKeys,
  SqlSessions,
  SqlState,
  writeIntents,
} from '@atoll/storage-sql'
import type { Did } from '@atoll/syntax'
import { BackgroundCheck } from './core/background-check.ts'
import { Connection } from './core/connection.ts'
import { translateError } from './core/errors.ts'
import { lockDatabase } from './core/file-lock.ts'
import { GroupCommit } from './core/group-commit.ts'
import {
  checkIntegrity,
  configureWriter,
  createPrivately,
  markClosed,
  markOpen,
  migrate,
  requireOurs,
  sizeOf,
  syncRemains,
} from './core/open-database.ts'
import { Reader, ReaderPool } from './core/reader.ts'
import { WriteAheadLog } from './core/write-ahead-log.ts'
import { SqliteEvents } from './events/sqlite-events.ts'
import { SqliteRecords } from './records/sqlite-records.ts'
import { SqliteRepos } from './repos/sqlite-repos.ts'

export interface SqliteStorageOptions {
  /** The database; files with the endings `-wal`, `-shm` and `-lock` appear beside it. Files are created for this user alone. */
  file: string
  /** Milliseconds since 1970; sequence numbers start from it. */
  now?: () => number
  /** Page cache of the main connection. Default 16 MiB: the file cache of the system holds the rest. */
  cacheBytes?: number
  /** After an unclean stop, a database up to this size is checked before it is used, a larger one while it is used. Default 64 MiB. */
  maxCheckBytes?: number
  /**
   * How long the write-ahead log may become for the sake of snapshots, each of which keeps it from beginning again. Beyond that, those that
   * are open are ended. Default 256 MiB.
   */
  maxLogBytes?: number
  /** Hears what is wrong with a database that is checked while it is used. From then on it refuses writes. */
  onDamage?: (error: CorruptStorageError) => void
  /** The schema to bring the database to, for tests of migrations. */
  migrations?: readonly Migration[]
  /** Called before everything that the writer does, with the SQL; what it throws is thrown as if by SQLite. For tests of failing storage. */
  beforeWrite?: (sql: string) => void
}

const defaultCacheBytes = 16 * 1024 * 1024
/**
 * What an export comes back to: the upper pages of the indexes, and nodes that were written together. More was slower: what is read
 * but once then goes through memory that the processor does not have at hand.
 */
const snapshotCacheBytes = 2 * 1024 * 1024
/** A second and a half to read on a slow disk. */
const defaultCheckBytes = 64 * 1024 * 1024

/** Far more than a server writes while an export is read at a fair pace, and little beside the disk of any server. */
const defaultLogBytes = 256 * 1024 * 1024

interface Closable {
  close(): void
}

/**
 * Opens (or creates) a database in one SQLite file, brings its schema up to date, and checks it after an unclean stop.
 * Throws `DatabaseInUseError`, `ForeignDatabaseError`, `SchemaTooNewError`, `CorruptStorageError` or `StorageUnavailableError`.
 */
export async function openSqliteStorage(options: SqliteStorageOptions): Promise<PdsStorage> {
  return new SqliteStorage(options)
}

class SqliteStorage implements PdsStorage {
  readonly #lock: Closable
  readonly #writer: GroupCommit
  readonly #reader: Reader
  readonly #pool: ReaderPool
  readonly #log: WriteAheadLog
  readonly #check: BackgroundCheck | undefined
  #closed: Promise<void> | undefined
  readonly repos: SqliteRepos
  readonly records: SqliteRecords
  readonly blobs: SqlBlobIndex
  readonly events: SqliteEvents
  readonly accounts: SqlAccounts
  readonly sessions: SqlSessions
  readonly invites: SqlInvites
  readonly emailTokens: SqlEmailTokens
  readonly keys: SqlKeys
  readonly claims: SqlClaims
  readonly state: SqlState

  constructor(options: SqliteStorageOptions) {
    const listeners = new AppendListeners()
    const opened = openFiles(options, listeners)
    this.#lock = opened.lock
    this.#writer = opened.writer
    this.#reader = opened.reader
    this.#pool = opened.pool
    this.#log = opened.log
    if (!opened.isChecked) this.#check = new BackgroundCheck(options.file, (error) => this.#refuse(error, options))
    const run: Run = async (routine) => this.#reader.run(routine)
    this.repos = new SqliteRepos(run, this.#reader, this.#pool)
    this.records = new SqliteRecords(run)
    this.blobs = new SqlBlobIndex(run)
    this.events = new SqliteEvents(run, this.#writer, listeners)
    this.accounts = new SqlAccounts(run)
    this.sessions = new SqlSessions(run)
    this.invites = new SqlInvites(run)
    this.emailTokens = new SqlEmailTokens(run)
    this.keys = new SqlKeys(run)
    this.claims = new SqlClaims(run)
    this.state = new SqlState(run)
  }

  async transact<T>(_did: Did, work: (tx: PdsTransaction) => T | Promise<T>): Promise<T> {
    if (this.#closed) throw new StorageUnavailableError('closed')
    const recorder = new IntentRecorder()
    const answer = await work(recorder)
    if (recorder.intents.length > 0) {
      await this.#writer.write((numbering) => writeIntents(recorder.intents, numbering))
    }
    return answer
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close())
  }

  #refuse(error: CorruptStorageError, { onDamage }: SqliteStorageOptions): void {
    this.#writer.refuse(error)
    onDamage?.(error)
  }

  async #close(): Promise<void> {
    await this.#check?.close()
    const connection = await this.#writer.close()
    await this.#log.copied
    this.#pool.close()
    this.#reader.close()
    try {
      // Who opens it next is to check what was not found sound.
      if (connection && this.#check?.isSound !== false) markClosed(connection)
    } finally {
      connection?.close()
      this.#lock.close()
    }
  }
}

interface OpenFiles {
  lock: Closable
  writer: GroupCommit
  reader: Reader
  pool: ReaderPool
  log: WriteAheadLog
  isChecked: boolean
}

function openFiles(options: SqliteStorageOptions, listeners: AppendListeners): OpenFiles {
  const { file, maxLogBytes = defaultLogBytes } = options
  const opened: Closable[] = []
  const keep = <T extends Closable>(resource: T): T => {
    opened.push(resource)
    return resource
  }
  const connectReader = (size: number) => new Connection(file, { readonly: true, cacheBytes: size })
  try {
    createPrivately(file)
    const lock = keep(lockDatabase(file))
    const writing = keep(connectWriter(options))
    const { last, isChecked } = prepareDatabase(writing, options)
    const onAppend = (events: readonly StoredEvent[]) => listeners.notify(events)
    const pool = new ReaderPool(() => connectReader(snapshotCacheBytes))
    const log = new WriteAheadLog(pool, { file, maxBytes: maxLogBytes })
    const onCommit = (connection: Connection) => log.afterCommit(connection)
    const writer = new GroupCommit(writing, { connect: () => connectWriter(options), last, onAppend, onCommit })
    const reader = keep(new Reader(connectReader(snapshotCacheBytes), () => writer.idle))
    return { lock, writer, reader, pool, log, isChecked }
  } catch (error) {
    for (const resource of opened.reverse()) resource.close()
    throw translateError(error)
  }
}

function connectWriter({ file, cacheBytes = defaultCacheBytes, beforeWrite }: SqliteStorageOptions): Connection {
  const connection = new Connection(file, { readonly: false, cacheBytes, beforeCall: beforeWrite })
  try {
    requireOurs(connection, file)
    configureWriter(connection)
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

/**
 * Checks what an unclean stop left unless it is too large, brings the schema up to date, and answers the last sequence number.
 */
function prepareDatabase(connection: Connection, options: SqliteStorageOptions): { last: number; isChecked: boolean } {
  const { file, now = Date.now, maxCheckBytes = defaultCheckBytes, migrations: wanted = migrations } = options
  const unclean = markOpen(connection)
  if (unclean) syncRemains(file)
  const isChecked = !unclean || sizeOf(file) <= maxCheckBytes
  if (unclean && isChecked) checkIntegrity(connection)
  migrate(connection, wanted, now())
  return { last: firstSeq(runRoutine(logMarks(), connection.execute).last, now()) - 1, isChecked }
}
