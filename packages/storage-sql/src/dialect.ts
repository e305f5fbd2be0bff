import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { Schema } from './schema.ts'

/** The databases that the schema and the statements are written for. */
export type DialectName = 'sqlite' | 'postgres'

/** Builds and compiles queries, and runs none: the hosts do that with their own drivers. */
export function createQueryBuilder(dialect: DialectName): Kysely<Schema> {
  const createDriver = () => new DummyDriver()
  if (dialect === 'sqlite') {
    return new Kysely({
      dialect: {
        createDriver,
        createAdapter: () => new SqliteAdapter(),
        createIntrospector: (db) => new SqliteIntrospector(db),
        createQueryCompiler: () => new SqliteQueryCompiler(),
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
