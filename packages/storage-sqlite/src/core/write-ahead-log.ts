import type { Connection } from './connection.ts'
import { sizeOfLog } from './open-database.ts'
import type { ReaderPool } from './reader.ts'
import { startThread } from './sqlite-thread.ts'

/**
 * From this many pages on (4 MB, SQLite's default), the log is copied into the database after each
 * commit, so that it can start over.
 */
const duePages = 1000
/**
 * The length of the log is checked at least once in this many commits, since a check costs as much
 * as a small write.
 */
const maxUnseen = 16
/** More than this (8 MB, about 20 ms) is not copied on the thread that serves requests. */
const defaultInlinePages = 2000

/**
 * The program of the thread. A passive checkpoint neither waits for other connections nor makes
 * them wait.
 */
const program = `
  const { workerData } = require('node:worker_threads')
  const Database = require(workerData.driver)
  const database = new Database(workerData.file, { fileMustExist: true })
  database.pragma('synchronous = full')
  database.pragma('wal_checkpoint(passive)')
  database.close()
`

export interface WriteAheadLogOptions {
  /** The database. */
  file: string
  /** The readers of snapshots, which hold the log back while they are taken. */
  snapshots: ReaderPool
  /** Beyond this size snapshots are ended, and commits wait for a copy in progress. */
  maxBytes: number
  /** The most pages that are copied on this thread. Default 2000. */
  inlinePages?: number
}

/**
 * Keeps the write-ahead log short, in place of SQLite's automatic checkpoints. Those copy the whole
 * log during a commit, which takes long after snapshots have held it back or a transaction was
 * large. Here a long log is copied by a thread, and the next commit starts it over.
 */
export class WriteAheadLog {
  readonly #file: string
  readonly #maxBytes: number
  readonly #inlinePages: number
  readonly #snapshots: ReaderPool
  #copying: Promise<void> | undefined
  /** The thread failed, so the next commit copies the log itself. */
  #hasFailed = false
  /**
   * The length in pages at which a thread is started again: the last one may have been held back.
   */
  #retryPages = 0
  /** The length of the log at the last check, in pages. */
  #seen = 0
  /** The number of commits until the next check. */
  #unseen = 0

  constructor({ file, snapshots, maxBytes, inlinePages = defaultInlinePages }: WriteAheadLogOptions) {
    this.#file = file
    this.#snapshots = snapshots
    this.#maxBytes = maxBytes
    this.#inlinePages = inlinePages
  }

  /** Resolves once nothing is being copied. */
  get copied(): Promise<void> {
    return this.#copying ?? Promise.resolve()
  }

  /**
   * Has to be called after each commit. If it returns a promise, the next commit has to wait for
   * it, because the log must not grow further.
   */
  afterCommit(connection: Connection): Promise<void> | undefined {
    if (this.#snapshots.size > 0 && this.#isTooLong()) this.#snapshots.endAll()
    if (this.#unseen > 0) this.#unseen--
    else if (!this.#copying) this.#checkpoint(connection)
    return this.#copying && this.#isTooLong() ? this.#copying : undefined
  }

  /**
   * Has a long log copied by the thread, so that little is left to copy for `empty`. Has to be
   * called between two commits.
   */
  shorten(connection: Connection): void {
    const { log, checkpointed } = connection.logPages()
    if (!this.#copying && this.#snapshots.size === 0 && log - checkpointed > this.#inlinePages) this.#copyElsewhere(log)
  }

  /**
   * Copies everything into the database and truncates the log to nothing. False if a snapshot holds
   * it, or if too much is left to copy. Has to be called between two commits.
   */
  empty(connection: Connection): boolean {
    if (this.#copying || this.#snapshots.size > 0) return false
    const { log, checkpointed } = connection.logPages()
    if (log - checkpointed > this.#inlinePages && !this.#hasFailed) return false
    return connection.emptyLog()
  }

  #checkpoint(connection: Connection): void {
    try {
      const { log, checkpointed } = connection.logPages()
      this.#unseen = this.#commitsUntilDue(log)
      if (log < duePages) return
      if (this.#hasFailed || log - checkpointed <= this.#inlinePages) this.#copyHere(connection)
      else if (this.#snapshots.size === 0 && log >= this.#retryPages) this.#copyElsewhere(log)
    } catch {
      // The commit is durable without it. The next one tries again.
    }
  }

  /**
   * The number of commits until the next check: a quarter of those that would fill the log at its
   * recent pace, since commits differ in size.
   */
  #commitsUntilDue(log: number): number {
    const growth = log > this.#seen ? log - this.#seen : Math.max(log, 1)
    this.#seen = log
    return Math.max(0, Math.min(maxUnseen, Math.floor((duePages - log) / growth / 4)))
  }

  #copyHere(connection: Connection): void {
    this.#hasFailed = false
    this.#retryPages = 0
    connection.pragma('wal_checkpoint(passive)')
  }

  #copyElsewhere(log: number): void {
    this.#retryPages = log + duePages
    this.#copying = copyInThread(this.#file).then((succeeded) => {
      this.#hasFailed = !succeeded
      this.#copying = undefined
    })
  }

  #isTooLong(): boolean {
    return sizeOfLog(this.#file) > this.#maxBytes
  }
}

/** Resolves when the thread has ended and its connection is closed. True if it succeeded. */
function copyInThread(file: string): Promise<boolean> {
  return new Promise<boolean>((resolve) => {
    const thread = startThread(program, file)
    thread.on('error', () => {})
    thread.on('exit', (code) => resolve(code === 0))
  }).catch(() => false)
}
