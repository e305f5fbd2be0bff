import { createQueryBuilder, type Schema } from '@atoll/storage-sql'
import { type Kysely, SqliteQueryCompiler } from 'kysely'

/** Builds and compiles queries for connections to SQLite. */
export function createSqliteBuilder(): Kysely<Schema> {
  return createQueryBuilder('sqlite', () => new SettledCompiler())
}

/**
 * If the value of a parameter can affect the choice of a plan, SQLite plans again at every
 * execution with another value, which takes several times as long as reading a row. A unary plus
 * leaves the value as it is and hides it from the planner.
 */
class SettledCompiler extends SqliteQueryCompiler {
  protected override getCurrentParameterPlaceholder(): string {
    return `+${super.getCurrentParameterPlaceholder()}`
  }
}
