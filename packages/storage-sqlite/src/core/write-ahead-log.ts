import type { Connection } from './connection.ts'
import { sizeOfLog } from './open-database.ts'
import type { ReaderPool } from './reader.ts'
import { startThread } from './sqlite-thread.ts'

/** From this many pages on (4 MB, SQLite's default), the log is copied into the database after each commit, so that it can begin again. */
const duePages = 1000
/** At most so many commits in a row are not followed by a look at the log, which costs as much as a small write. */
const maxUnseen = 16
/** More than this (8 MB, some 20 ms) is not copied on the thread that serves requests. */
const defaultInlinePages = 2000

/** Runs in the thread. A passive checkpoint waits for nobody, and nobody waits for it. */
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
  /** Beyond this, snapshots are ended, and commits wait for a copy that is being made. */
  maxBytes: number
  /** The most pages that are copied on this thread. Default 2000. */
  inlinePages?: number
}

/**
 * Keeps the write-ahead log short, in place of SQLite's automatic checkpoints. Those copy all of it within a commit, which takes long once
 * snapshots have held it back or a transaction was large. Here a thread copies a long log, and the next commit begins it again.
 */
export class WriteAheadLog {
  readonly #file: string
  readonly #maxBytes: number
  readonly #inlinePages: number
  readonly #snapshots: ReaderPool
  #copying: Promise<void> | undefined
  /** The thread failed, so the next commit copies the log. */
  #hasFailed = false
  /** How long the log must be before a thread is started again: the last one may have been held back. */
  #retryPages = 0
  /** How long the log was at the last look. */
  #seen = 0
  /** How many commits may still pass until the next look. */
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

  /** To be called after each commit. The next one has to wait for the promise, if there is one: the log may not grow further. */
  afterCommit(connection: Connection): Promise<void> | undefined {
    if (this.#snapshots.size > 0 && this.#isTooLong()) this.#snapshots.endAll()
    if (this.#unseen > 0) this.#unseen--
    else if (!this.#copying) this.#checkpoint(connection)
    return this.#copying && this.#isTooLong() ? this.#copying : undefined
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

  /** How many commits until the next look: a quarter of those that would fill the log at its recent pace, since commits differ in size. */
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
