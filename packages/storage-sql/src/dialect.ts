import {
  type Dialect,
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
 * A block as in a CAR file: the CID followed by the bytes. Reading one value costs a driver half as
 * much as reading two. In SQLite `||` returns text with the bytes of its operands; the cast turns
 * it back into a blob.
 */
export function sectionColumn(db: Kysely<Schema>): RawBuilder<Uint8Array> {
  const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter
  return isPostgres ? sql`block.cid || block.bytes` : sql`cast(block.cid || block.bytes as blob)`
}

/**
 * Builds and compiles queries but does not run them: hosts do that with their own drivers, and may
 * pass their own compiler.
 */
export function createQueryBuilder(dialect: DialectName, createQueryCompiler?: () => QueryCompiler): Kysely<Schema> {
  return new Kysely({
    dialect: {
      ...dialects[dialect],
      createDriver: () => new DummyDriver(),
      ...(createQueryCompiler && { createQueryCompiler }),
    },
  })
}

const dialects: { readonly [D in DialectName]: Omit<Dialect, 'createDriver'> } = {
  sqlite: {
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
  postgres: {
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
}
