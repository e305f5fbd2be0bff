import { createQueryBuilder, type Schema } from '@atoll/storage-sql'
import { type Kysely, SqliteQueryCompiler } from 'kysely'

/** Builds and compiles queries for connections to SQLite. */
export function createSqliteBuilder(): Kysely<Schema> {
  return createQueryBuilder('sqlite', () => new SettledCompiler())
}

/**
 * Where SQLite may look at the value of a parameter to choose a plan, it plans again at every execution that brings another value, which
 * takes several times as long as reading a row. It does not look behind a plus, which changes no value.
 */
class SettledCompiler extends SqliteQueryCompiler {
  protected override getCurrentParameterPlaceholder(): string {
    return `+${super.getCurrentParameterPlaceholder()}`
  }
}
