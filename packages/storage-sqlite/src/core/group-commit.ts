import { TimeSlice, yieldToEventLoop } from '@atoll/event-loop'
import { StorageUnavailableError, type StoredEvent } from '@atoll/storage'
import { advance, type Numbering, type Routine } from '@atoll/storage-sql'
import type { Connection } from './connection.ts'
import { translateError } from './errors.ts'

/** The clock is read after this many steps of a few microseconds each. */
const stepsPerLook = 32

/** Work for the writer; `numbering` assigns sequence numbers to the events that it appends. */
export type Work<T> = (numbering: Numbering) => Routine<T>

interface Job {
  readonly work: Work<unknown>
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/** A job that was written and waits for the commit. */
interface Written {
  readonly job: Job
  readonly result: unknown
  readonly events: readonly StoredEvent[]
}

export interface GroupCommitOptions {
  /** The connection to write with. */
  connection: Connection
  /** Opens another one after that has failed. */
  connect: () => Connection
  /** The last sequence number assigned. */
  last: number
  /** Called with events once they are durable. */
  onAppend: (events: readonly StoredEvent[]) => void
  /** Called after each commit; the next one waits for the promise. */
  onCommit?: (connection: Connection) => Promise<void> | undefined
}

/**
 * The only writer. All work that is waiting in one turn of the event loop becomes one durable
 * commit. Each piece of work has its own savepoint, so one that fails is rolled back without the
 * others. Long work is divided into time slices, between which reads are served.
 *
 * In one process only: a SQLite database has one process that writes to it.
 */
export class GroupCommit {
  readonly #connect: () => Connection
  readonly #onAppend: GroupCommitOptions['onAppend']
  readonly #onCommit: GroupCommitOptions['onCommit']
  #connection: Connection | undefined
  #isWriting = false
  #queue: Job[] = []
  #between: ((connection: Connection) => void)[] = []
  #flushing: Promise<void> | undefined
  #closed = false
  #refusal: Error | undefined
  /** The last number assigned, durable or not. */
  #given: number
  #last: number
  readonly #slice = new TimeSlice()

  constructor({ connection, connect, last, onAppend, onCommit }: GroupCommitOptions) {
    this.#connection = connection
    this.#connect = connect
    this.#given = last
    this.#last = last
    this.#onAppend = onAppend
    this.#onCommit = onCommit
  }

  /** The last sequence number that is durable. */
  get last(): number {
    return this.#last
  }

  /**
   * The writing connection while nothing is being written, when it sees exactly what is durable;
   * otherwise undefined. It is worth reading from because it keeps its page cache across commits,
   * whereas each commit invalidates the cache of every other connection.
   */
  get idle(): Connection | undefined {
    return this.#isWriting ? undefined : this.#connection
  }

  /** Resolves with the result of `work` once what it wrote is durable. */
  write<T>(work: Work<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new StorageUnavailableError('closed'))
    if (this.#refusal) return Promise.reject(new StorageUnavailableError('io', { cause: this.#refusal }))
    return new Promise<T>((resolve, reject) => {
      // `resolve` is only ever called with what `work` returned.
      this.#queue.push({ work, resolve: resolve as (result: unknown) => void, reject })
      this.#flushing ??= this.#flush()
    })
  }

  /** Runs `work` on the connection once nothing is being written, and before anything else is. */
  betweenCommits<T>(work: (connection: Connection) => T): Promise<T> {
    if (this.#closed) return Promise.reject(new StorageUnavailableError('closed'))
    return new Promise<T>((resolve, reject) => {
      this.#between.push((connection) => {
        try {
          resolve(work(connection))
        } catch (error) {
          reject(translateError(error))
        }
      })
      this.#flushing ??= this.#flush()
    })
  }

  /** Rejects all further writes with this error as the cause. */
  refuse(reason: Error): void {
    this.#refusal ??= reason
  }

  /**
   * Finishes waiting work and returns the connection, which is then the caller's to close;
   * undefined if it failed and was not opened again.
   */
  async close(): Promise<Connection | undefined> {
    this.#closed = true
    await this.#flushing
    const connection = this.#connection
    this.#connection = undefined
    return connection
  }

  async #flush(): Promise<void> {
    do {
      await yieldToEventLoop()
      const group = this.#queue
      this.#queue = []
      if (group.length > 0) await this.#commit(group)
      this.#runBetween()
    } while (this.#queue.length > 0 || this.#between.length > 0)
    this.#flushing = undefined
  }

  #runBetween(): void {
    const between = this.#between
    this.#between = []
    if (between.length === 0) return
    const connection = (this.#connection ??= this.#connect())
    for (const work of between) work(connection)
  }

  async #commit(group: readonly Job[]): Promise<void> {
    const waiting = new Set(group)
    const written: Written[] = []
    let connection: Connection
    this.#isWriting = true
    try {
      connection = this.#connection ??= this.#connect()
      connection.command('begin immediate')
      this.#slice.restart()
      for (const job of group) {
        const done = await this.#write(connection, job)
        if (done) written.push(done)
        else waiting.delete(job)
      }
      connection.command('commit')
    } catch (error) {
      this.#abandon()
      for (const job of waiting) job.reject(translateError(error))
      return
    } finally {
      this.#isWriting = false
    }
    this.#settle(written)
    await this.#onCommit?.(connection)
  }

  /**
   * Undefined if the job was rolled back and rejected. An error that it throws concerns the whole
   * group.
   */
  async #write(connection: Connection, job: Job): Promise<Written | undefined> {
    const before = this.#given
    const events: StoredEvent[] = []
    const numbering: Numbering = { start: before + 1, numbered: events, next: () => ++this.#given }
    connection.command('savepoint job')
    try {
      const result = await this.#run(job.work(numbering), connection)
      connection.command('release job')
      return { job, result, events }
    } catch (error) {
      if (translateError(error) !== error || !connection.inTransaction) throw error
      connection.command('rollback to job')
      connection.command('release job')
      this.#given = before
      job.reject(error)
      return undefined
    }
  }

  async #run<T>(routine: Routine<T>, connection: Connection): Promise<T> {
    let next = routine.next()
    for (let steps = 1; !next.done; steps++) {
      next = advance(routine, next.value, connection.execute)
      if (steps % stepsPerLook === 0 && this.#slice.isOver) await this.#slice.next()
    }
    return next.value
  }

  #settle(written: readonly Written[]): void {
    this.#last = this.#given
    for (const { job, result } of written) job.resolve(result)
    this.#onAppend(written.flatMap((done) => done.events))
  }

  /** Discards the whole group; the next one gets a new connection. */
  #abandon(): void {
    this.#given = this.#last
    const failed = this.#connection
    this.#connection = undefined
    // Closing rolls back. The failure is being reported already.
    try {
      failed?.close()
    } catch {}
  }
}
