import { SchemaTooNewError } from '@atoll/storage'
import { type Datetime, formatDatetime } from '@atoll/syntax'
import { createQueryBuilder, type DialectName } from './dialect.ts'
import type { Migration } from './migrations/migration.ts'
import { change, first, type Routine } from './routine.ts'
import { type Parameters, statement } from './statement.ts'

const createVersions = statement((db) =>
  db.schema
    .createTable('schema_version')
    .ifNotExists()
    .addColumn('version', 'integer', (version) => version.primaryKey())
    .addColumn('name', 'text', (name) => name.notNull())
    .addColumn('applied_at', 'text', (time) => time.notNull()),
)
const newestVersion = statement((db) =>
  db.selectFrom('schema_version').select((is) => is.fn.max<number | null>('version').as('version')),
)
const noteVersion = statement((db, $: Parameters<{ version: number; name: string; now: Datetime }>) =>
  db.insertInto('schema_version').values({ version: $('version'), name: $('name'), applied_at: $('now') }),
)

/** The migrations that the database has not seen. A database that has seen more than `known` is a `SchemaTooNewError`. */
export function* pendingMigrations(known: readonly Migration[]): Routine<Migration[]> {
  yield* change(createVersions, {})
  const found = (yield* first(newestVersion, {}))?.version ?? 0
  const supported = known.at(-1)?.version ?? 0
  if (found > supported) throw new SchemaTooNewError(found, supported)
  return known.filter((migration) => migration.version > found)
}

/** One migration and the note that it was made. The host runs each in a transaction of its own. */
export function* applyMigration(migration: Migration, dialect: DialectName, nowMs: number): Routine<void> {
  const { version, name } = migration
  for (const built of migration.statements(createQueryBuilder(dialect), dialect)) {
    yield* change(
      statement(() => built),
      {},
    )
  }
  if (migration.fill) yield* migration.fill()
  yield* change(noteVersion, { version, name, now: formatDatetime(new Date(nowMs)) })
}
