import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryCompiler,
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

/** Builds and compiles queries, and runs none: the hosts do that with their own drivers, and may bring a compiler of their own. */
export function createQueryBuilder(
  dialect: DialectName,
  createQueryCompiler: () => QueryCompiler = defaultCompilers[dialect],
): Kysely<Schema> {
  const createDriver = () => new DummyDriver()
  if (dialect === 'sqlite') {
    return new Kysely({
      dialect: {
        createDriver,
        createAdapter: () => new SqliteAdapter(),
        createIntrospector: (db) => new SqliteIntrospector(db),
        createQueryCompiler,
      },
    })
  }
  return new Kysely({
    dialect: {
      createDriver,
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler,
    },
  })
}

const defaultCompilers: { readonly [D in DialectName]: () => QueryCompiler } = {
  sqlite: () => new SqliteQueryCompiler(),
  postgres: () => new PostgresQueryCompiler(),
}
