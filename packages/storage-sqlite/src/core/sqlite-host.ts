import {
  AppendListeners,
  type CorruptStorageError,
  firstSeq,
  type IntentRecorder,
  StorageUnavailableError,
  type StoredEvent,
} from '@atoll/storage'
import {
  logMarks,
  type Migration,
  type Numbering,
  type RoutinesOf,
  type Run,
  runRoutine,
  writeIntents,
} from '@atoll/storage-sql'
import { BackgroundCheck } from './background-check.ts'
import { Connection } from './connection.ts'
import { translateError } from './errors.ts'
import { lockDatabase } from './file-lock.ts'
import { GroupCommit } from './group-commit.ts'
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
} from './open-database.ts'
import { PageRemains } from './page-remains.ts'
import { Reader, ReaderPool } from './reader.ts'
import { WriteAheadLog } from './write-ahead-log.ts'

export interface SqliteOptions {
  /**
   * The database; files with the endings `-wal`, `-shm` and `-lock` appear beside it. Files are
   * created with access for this user only.
   */
  file: string
  /** Milliseconds since 1970; sequence numbers start from it. */
  now?: () => number
  /**
   * Page cache of the main connection. Default 16 MiB: the file cache of the system holds the rest.
   */
  cacheBytes?: number
  /**
   * After an unclean stop, a database up to this size is checked before it is used, a larger one
   * while it is used. Default 64 MiB.
   */
  maxCheckBytes?: number
  /**
   * How long the write-ahead log may grow while open snapshots keep it from starting over. Beyond
   * that, the open snapshots are ended. Default 256 MiB.
   */
  maxLogBytes?: number
  /**
   * Called if a database that is checked while in use turns out to be damaged. From then on writes
   * are refused. Default: `console.error`.
   */
  onDamage?: (error: CorruptStorageError) => void
  /**
   * Called with the SQL before everything that the writer does; what it throws is treated as an
   * error of SQLite. For tests of failing storage.
   */
  beforeWrite?: (sql: string) => void
}

interface SqliteHostOptions extends SqliteOptions {
  /** The migrations of the parts that the storage has. */
  migrations: readonly Migration[]
}

const defaultCacheBytes = 16 * 1024 * 1024
/**
 * Enough for the pages that an export reads repeatedly: the upper pages of the indexes, and nodes
 * that were written together. A larger cache measured slower: pages read only once evict the CPU
 * cache.
 */
const snapshotCacheBytes = 2 * 1024 * 1024
/** Takes a second and a half to read from a slow disk. */
const defaultCheckBytes = 64 * 1024 * 1024

/**
 * Far more than a server writes while an export is read at a reasonable pace, and little compared
 * to its disk.
 */
const defaultLogBytes = 256 * 1024 * 1024

interface Closable {
  close(): void
}

/**
 * One database in a SQLite file, with everything that storages share whatever their parts: readers,
 * the writer, checks.
 */
export class SqliteHost {
  readonly #lock: Closable
  readonly #log: WriteAheadLog
  readonly #remains: PageRemains
  readonly #check: BackgroundCheck | undefined
  #closed: Promise<void> | undefined
  readonly writer: GroupCommit
  readonly reader: Reader
  readonly pool: ReaderPool
  readonly listeners = new AppendListeners()
  /** Runs the reads of stores. */
  readonly run: Run = async (routine) => this.reader.run(routine)

  constructor(options: SqliteHostOptions) {
    const opened = openFiles(options, this.listeners)
    this.#lock = opened.lock
    this.writer = opened.writer
    this.reader = opened.reader
    this.pool = opened.pool
    this.#log = opened.log
    this.#remains = new PageRemains(options.file)
    if (!opened.isChecked) this.#check = new BackgroundCheck(options.file, (error) => this.#refuse(error, options))
  }

  /**
   * Commits the calls that `work` makes on `recorder`, by means of `routines`. It keeps the
   * promises of `Transactional.transact`.
   */
  async transact<Tx, T>(
    recorder: IntentRecorder<Tx>,
    routines: (numbering: Numbering) => { readonly [W in keyof Tx]: RoutinesOf<Tx[W]> },
    work: (tx: Tx) => T | Promise<T>,
  ): Promise<T> {
    if (this.#closed) throw new StorageUnavailableError('closed')
    const result = await work(recorder)
    const { intents } = recorder
    if (intents.length > 0) await this.writer.write((numbering) => writeIntents<Tx>(intents, routines(numbering)))
    return result
  }

  /**
   * Copies the write-ahead log into the database, where deleted content has been overwritten,
   * empties it, and clears what moving cells has left in the pages: slice by slice, with commits
   * between. False if a snapshot is open, which may still need the log, or if it grew meanwhile.
   */
  async eraseDeleted(): Promise<boolean> {
    if (this.#closed) throw new StorageUnavailableError('closed')
    for (let from: number | undefined = 0; from !== undefined; ) {
      await this.writer.betweenCommits((connection) => this.#log.shorten(connection))
      await this.#log.copied
      const start: number = from
      const cleared = await this.writer.betweenCommits((connection) => this.#clearSlice(connection, start))
      if (!cleared) return false
      from = cleared.next
    }
    return true
  }

  /** Undefined if the log could not be emptied. */
  #clearSlice(connection: Connection, from: number): { next: number | undefined } | undefined {
    if (!this.#log.empty(connection)) return undefined
    // Its cached pages may have been read before they were cleared.
    connection.pragma('shrink_memory')
    return { next: this.#remains.clearSlice(from) }
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close())
  }

  #refuse(error: CorruptStorageError, { onDamage = console.error }: SqliteOptions): void {
    this.writer.refuse(error)
    onDamage(error)
  }

  async #close(): Promise<void> {
    await this.#check?.close()
    const connection = await this.writer.close()
    await this.#log.copied
    this.pool.close()
    this.reader.close()
    try {
      // Unless the check found the database sound, the next start has to repeat it.
      if (connection && this.#check?.isSound !== false) markClosed(connection)
    } finally {
      connection?.close()
      this.#remains.close()
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

function openFiles(options: SqliteHostOptions, listeners: AppendListeners): OpenFiles {
  const { file, maxLogBytes = defaultLogBytes } = options
  const opened: Closable[] = []
  const keep = <T extends Closable>(resource: T): T => {
    opened.push(resource)
    return resource
  }
  const connectReader = (size: number) => new Connection({ file, readonly: true, cacheBytes: size })
  try {
    createPrivately(file)
    const lock = keep(lockDatabase(file))
    const connection = keep(connectWriter(options))
    const { last, isChecked } = prepareDatabase(connection, options)
    const onAppend = (events: readonly StoredEvent[]) => listeners.notify(events)
    const pool = new ReaderPool(() => connectReader(snapshotCacheBytes))
    const log = new WriteAheadLog({ file, snapshots: pool, maxBytes: maxLogBytes })
    const onCommit = (written: Connection) => log.afterCommit(written)
    const writer = new GroupCommit({ connection, connect: () => connectWriter(options), last, onAppend, onCommit })
    const reader = keep(new Reader(connectReader(snapshotCacheBytes), () => writer.idle))
    return { lock, writer, reader, pool, log, isChecked }
  } catch (error) {
    for (const resource of opened.reverse()) resource.close()
    throw translateError(error)
  }
}

function connectWriter({ file, cacheBytes = defaultCacheBytes, beforeWrite }: SqliteHostOptions): Connection {
  const connection = new Connection({ file, readonly: false, cacheBytes, beforeCall: beforeWrite })
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
 * Checks the database after an unclean stop unless it is too large, brings the schema up to date,
 * and returns the last sequence number.
 */
function prepareDatabase(connection: Connection, options: SqliteHostOptions): { last: number; isChecked: boolean } {
  const { file, now = Date.now, maxCheckBytes = defaultCheckBytes, migrations } = options
  const unclean = markOpen(connection)
  if (unclean) syncRemains(file)
  const isChecked = !unclean || sizeOf(file) <= maxCheckBytes
  if (unclean && isChecked) checkIntegrity(connection)
  migrate(connection, migrations, now())
  return { last: firstSeq(runRoutine(logMarks(), connection.execute).last, now()) - 1, isChecked }
}
