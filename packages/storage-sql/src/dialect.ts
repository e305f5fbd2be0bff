import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely'
import type { Schema } from './schema.ts'

/** The databases that the schema and the statements are written for. */
export type DialectName = 'sqlite' | 'postgres'

/**
 * A block as a CAR file has it: the CID, and the bytes behind it. One value costs a driver half of what two do. SQLite makes text of what
 * `||` joins, whose bytes are those of its parts; the cast says that they are bytes.
 */
export function sectionColumn(db: Kysely<Schema>): RawBuilder<Uint8Array> {
  const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter
  return isPostgres ? sql`block.cid || block.bytes` : sql`cast(block.cid || block.bytes as blob)`
}

/** Builds and compiles queries, and runs none: the hosts do that with their own drivers. */
export function createQueryBuilder(dialect: DialectName): Kysely<Schema> {
  const createDriver = () => new DummyDriver()
  if (dialect === 'sqlite') {
    return new Kysely({
      dialect: {
        createDriver,
        createAdapter: () => new SqliteAdapter(),
        createIntrospector: (db) => new SqliteIntrospector(db),
        createQueryCompiler: () => new SettledCompiler(),
      },
    })
  }
  return new Kysely({
    dialect: {
      createDriver,
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
}

/**
 * Where SQLite may look at a parameter's value to choose a plan, it chooses anew at every execution that brings another value, and that takes
 * several times as long as to read a row. It does not look behind a plus, which changes no value.
 */
class SettledCompiler extends SqliteQueryCompiler {
  protected override getCurrentParameterPlaceholder(): string {
    return `+${super.getCurrentParameterPlaceholder()}`
  }
}
