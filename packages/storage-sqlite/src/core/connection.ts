import { bind, type CompiledStatement, compileStatement, type Statement, type Step } from '@atoll/storage-sql'
import Database from 'better-sqlite3'
import { createSqliteBuilder } from './query-builder.ts'

/** How long a connection waits for a lock of another. */
const busyTimeoutMs = 5000

export interface ConnectionOptions {
  /** The database, which exists. */
  file: string
  readonly: boolean
  cacheBytes: number
  /**
   * Called with the SQL before each write on this connection; what it throws is treated as an error
   * of SQLite. For tests of failing storage.
   */
  beforeCall?: ((sql: string) => void) | undefined
}

export interface LogPages {
  readonly log: number
  readonly checkpointed: number
}

interface Prepared {
  readonly compiled: CompiledStatement
  readonly native: Database.Statement
}

type AnyStatement = Statement<never, unknown>

/** One SQLite connection. Statements are compiled and prepared on first use, and kept. */
export class Connection {
  readonly #database: Database.Database
  readonly #builder = createSqliteBuilder()
  readonly #prepared = new Map<AnyStatement, Prepared>()
  readonly #plucked = new Map<AnyStatement, Prepared>()
  readonly #commands = new Map<string, Database.Statement>()
  readonly #beforeCall: ((sql: string) => void) | undefined
  #logPages: Database.Statement | undefined

  constructor({ file, readonly, cacheBytes, beforeCall }: ConnectionOptions) {
    this.#beforeCall = beforeCall
    this.#database = new Database(file, { readonly, timeout: busyTimeoutMs })
    try {
      this.pragma(`cache_size = ${-Math.ceil(cacheBytes / 1024)}`)
      this.pragma('temp_store = memory')
    } catch (error) {
      this.close()
      throw error
    }
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction
  }

  /** Executes one step of a routine that writes. */
  readonly execute = (step: Step): unknown => {
    if (this.#beforeCall) {
      const { compiled } = this.#prepared.get(step.statement) ?? this.#prepare(step.statement)
      this.#beforeCall(compiled.sql)
    }
    return this.read(step)
  }

  /** Executes one step of a routine that only reads. */
  readonly read = ({ statement, values, wants, isEnough }: Step): unknown => {
    const { compiled, native } = this.#prepared.get(statement) ?? this.#prepare(statement)
    const bound = bind(compiled, values)
    if (wants === 'first') return native.get(...bound)
    if (wants === 'changes') return native.run(...bound).changes
    return isEnough ? rowsUntil(native.iterate(...bound), isEnough) : native.all(...bound)
  }

  /** Reads the value in the first row of a statement that selects one column. */
  value<P extends object, V>(statement: Statement<P, Record<string, V>>, values: P): V | undefined {
    // The map's keys do not carry the types of parameters and rows.
    const known = statement as unknown as AnyStatement
    const { compiled, native } = this.#plucked.get(known) ?? this.#pluck(known)
    return native.get(...bind(compiled, values as { readonly [name: string]: unknown })) as V | undefined
  }

  /** Runs a statement without parameters or result, such as `commit`. */
  command(sql: string): void {
    this.#beforeCall?.(sql)
    const known = this.#commands.get(sql)
    const native = known ?? this.#database.prepare(sql)
    if (!known) this.#commands.set(sql, native)
    native.run()
  }

  pragma(text: string): unknown {
    return this.#database.pragma(text, { simple: true })
  }

  /**
   * How many pages the write-ahead log has, and how many of them have been copied into the
   * database.
   */
  logPages(): LogPages {
    this.#logPages ??= this.#database.prepare('pragma wal_checkpoint(noop)')
    return this.#logPages.get() as LogPages
  }

  /**
   * Copies the write-ahead log into the database and truncates it to nothing. False, at once, if
   * another connection is reading from it.
   */
  emptyLog(): boolean {
    this.pragma('busy_timeout = 0')
    try {
      return this.pragma('wal_checkpoint(truncate)') === 0
    } finally {
      this.pragma(`busy_timeout = ${busyTimeoutMs}`)
    }
  }

  close(): void {
    this.#database.close()
  }

  #prepare(statement: AnyStatement): Prepared {
    const prepared = this.#compile(statement)
    this.#prepared.set(statement, prepared)
    return prepared
  }

  #pluck(statement: AnyStatement): Prepared {
    const prepared = this.#compile(statement)
    prepared.native.pluck()
    this.#plucked.set(statement, prepared)
    return prepared
  }

  #compile(statement: AnyStatement): Prepared {
    const compiled = compileStatement(this.#builder, statement)
    return { compiled, native: this.#database.prepare(compiled.sql) }
  }
}

function rowsUntil(rows: Iterable<unknown>, isEnough: (row: unknown) => boolean): unknown[] {
  const read: unknown[] = []
  for (const row of rows) {
    read.push(row)
    if (isEnough(row)) break
  }
  return read
}
