import { SchemaTooNewError } from '@atoll/storage'
import { type Datetime, formatDatetime } from '@atoll/syntax'
import { createQueryBuilder, type DialectName } from './dialect.ts'
import type { Migration } from './migrations/migration.ts'
import { all, change, type Routine } from './routine.ts'
import { type Parameters, statement } from './statement.ts'

const versionTable = statement((db) =>
  db.schema
    .createTable('schema_version')
    .ifNotExists()
    .addColumn('part', 'text', (part) => part.notNull())
    .addColumn('version', 'integer', (version) => version.notNull())
    .addColumn('name', 'text', (name) => name.notNull())
    .addColumn('applied_at', 'text', (time) => time.notNull())
    .addPrimaryKeyConstraint('schema_version_key', ['part', 'version']),
)
const newestVersions = statement((db) =>
  db
    .selectFrom('schema_version')
    .select((is) => ['part', is.fn.max<number>('version').as('version')])
    .groupBy('part'),
)
const noteVersion = statement((db, $: Parameters<{ part: string; version: number; name: string; now: Datetime }>) =>
  db
    .insertInto('schema_version')
    .values({ part: $('part'), version: $('version'), name: $('name'), applied_at: $('now') }),
)

/** Creates the table of applied migrations, if it is missing. */
export function* createVersionTable(): Routine<void> {
  yield* change(versionTable, {})
}

/**
 * The migrations that were not applied yet. A database with a newer version of a part than in
 * `known`, or with a part that `known` lacks, is a `SchemaTooNewError`.
 */
export function* pendingMigrations(known: readonly Migration[]): Routine<Migration[]> {
  yield* createVersionTable()
  const found = new Map<string, number>()
  for (const { part, version } of yield* all(newestVersions, {})) found.set(part, version)
  for (const [part, version] of found) {
    const supported = known.findLast((migration) => migration.part === part)?.version ?? 0
    if (version > supported) throw new SchemaTooNewError(version, supported)
  }
  return known.filter(({ part, version }) => version > (found.get(part) ?? 0))
}

/** Applies one migration and notes its version. The host runs it in one transaction. */
export function* applyMigration(migration: Migration, dialect: DialectName, nowMs: number): Routine<void> {
  const { part, version, name } = migration
  for (const built of migration.statements(createQueryBuilder(dialect), dialect)) {
    yield* change(
      statement(() => built),
      {},
    )
  }
  if (migration.fill) yield* migration.fill()
  yield* change(noteVersion, { part, version, name, now: formatDatetime(new Date(nowMs)) })
}
