import { type Routine, runRoutine } from '@atoll/storage-sql'
import type { Connection } from './connection.ts'
import { translateError } from './errors.ts'

/** How many idle connections wait for the next snapshot. */
const maxIdle = 4

/** A connection that only reads. It sees the last commit and never waits for the writer. */
export class Reader {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  run<T>(routine: Routine<T>): T {
    try {
      return runRoutine(routine, this.#connection.execute)
    } catch (error) {
      throw translateError(error)
    }
  }

  /** From the next read on, until `end`, everything is seen as it is at that moment. */
  begin(): void {
    this.#connection.command('begin')
  }

  end(): void {
    this.#connection.command('rollback')
  }

  close(): void {
    this.#connection.close()
  }
}

/** Readers for snapshots, each used by one at a time. */
export class ReaderPool {
  readonly #connect: () => Connection
  readonly #idle: Reader[] = []
  readonly #taken = new Set<Reader>()

  constructor(connect: () => Connection) {
    this.#connect = connect
  }

  take(): Reader {
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

  discard(reader: Reader): void {
    if (this.#taken.delete(reader)) reader.close()
  }

  close(): void {
    for (const reader of [...this.#idle, ...this.#taken]) reader.close()
    this.#idle.length = 0
    this.#taken.clear()
  }
}
