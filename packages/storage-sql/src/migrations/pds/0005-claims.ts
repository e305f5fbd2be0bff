import type { Migration } from '../migration.ts'

/** Handles and e-mail addresses are claimed for accounts before anyone outside the database is told of them. */
export const claims: Migration = {
  version: 5,
  name: 'claims',
  statements: (db, dialect) => [
    db.schema
      .createTable('claim')
      .addColumn('key', dialect === 'sqlite' ? 'integer' : 'bigint', (key) =>
        dialect === 'sqlite' ? key.primaryKey().autoIncrement() : key.primaryKey().generatedAlwaysAsIdentity(),
      )
      .addColumn('did', 'text', (did) => did.notNull())
      .addColumn('purpose', 'text', (purpose) => purpose.notNull())
      .addColumn('handle', 'text')
      .addColumn('email', 'text')
      .addColumn('details', 'text', (details) => details.notNull())
      .addColumn('claimed_at', 'text', (time) => time.notNull()),
    ...(['did', 'handle', 'email'] as const).map((column) =>
      db.schema.createIndex(`claim_${column}`).unique().on('claim').column(column),
    ),
  ],
}
