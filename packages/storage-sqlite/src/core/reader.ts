import { StorageUnavailableError } from '@atoll/storage'
import { type Routine, runRoutine, type Statement } from '@atoll/storage-sql'
import type { Connection } from './connection.ts'
import { translateError } from './errors.ts'

/** How many idle connections are kept for later snapshots. */
const maxIdle = 4
/**
 * How many snapshots may be open at once: each has a connection with 2 MiB of cache and its own
 * file descriptors.
 */
const maxTaken = 64

/** Reads the last committed state, and never waits for the writer. */
export class Reader {
  readonly #connection: Connection
  readonly #preferred: () => Connection | undefined

  /** Reads from what `preferred` returns, and from `connection` when it returns nothing. */
  constructor(connection: Connection, preferred: () => Connection | undefined = () => undefined) {
    this.#connection = connection
    this.#preferred = preferred
  }

  run<T>(routine: Routine<T>): T {
    try {
      return runRoutine(routine, (this.#preferred() ?? this.#connection).read)
    } catch (error) {
      throw translateError(error)
    }
  }

  /**
   * Returns a single column directly, skipping the routine and row objects; for hot reads such as
   * blocks.
   */
  value<P extends object, V>(statement: Statement<P, Record<string, V>>, values: P): V | undefined {
    try {
      return (this.#preferred() ?? this.#connection).value(statement, values)
    } catch (error) {
      throw translateError(error)
    }
  }

  /** All reads until `end` see the database as it is at the first of them. */
  begin(): void {
    this.#connection.command('begin')
  }

  end(): void {
    this.#connection.command('rollback')
    // Its pages are seldom needed again, and there may be several such connections.
    this.#connection.pragma('shrink_memory')
  }

  close(): void {
    this.#connection.close()
  }
}

/** Readers for snapshots, each used by one snapshot at a time. */
export class ReaderPool {
  readonly #connect: () => Connection
  readonly #idle: Reader[] = []
  readonly #taken = new Set<Reader>()

  constructor(connect: () => Connection) {
    this.#connect = connect
  }

  /** How many readers are taken. */
  get size(): number {
    return this.#taken.size
  }

  /** @throws StorageUnavailableError if too many are taken */
  take(): Reader {
    if (this.#taken.size >= maxTaken) throw new StorageUnavailableError('busy')
    const reader = this.#idle.pop() ?? new Reader(this.#connect())
    this.#taken.add(reader)
    return reader
  }

  giveBack(reader: Reader): void {
    if (!this.#taken.delete(reader)) return
    reader.end()
    if (this.#idle.length < maxIdle) this.#idle.push(reader)
    else reader.close()
  }

  /** Whether a reader that was taken may still be used. */
  has(reader: Reader): boolean {
    return this.#taken.has(reader)
  }

  /** Closes every reader that is taken, so that none holds the write-ahead log back. */
  endAll(): void {
    for (const reader of [...this.#taken]) this.discard(reader)
  }

  discard(reader: Reader): void {
    if (this.#taken.delete(reader)) reader.close()
  }

  close(): void {
    for (const reader of [...this.#idle, ...this.#taken]) reader.close()
    this.#idle.length = 0
    this.#taken.clear()
  }
}
