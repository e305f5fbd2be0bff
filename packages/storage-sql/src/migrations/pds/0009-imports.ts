import type { Migration } from '../migration.ts'
import { createTable } from '../table.ts'

/**
 * Repositories are imported in many transactions: what they gather is kept aside until the last.
 */
export const imports: Migration = {
  part: 'pds',
  version: 9,
  name: 'imports',
  statements: (db, dialect) => [
    ...createTable(db, dialect, {
      name: 'repo_import',
      columns: { id: 'text', did: 'text', repo: 'integer', early: 'integer', rev: 'text', started_at: 'text' },
      primaryKey: ['id'],
      unique: { repo_import_did: ['did'] },
      indexes: { repo_import_started_at: ['started_at'] },
    }),
    ...createTable(db, dialect, {
      name: 'discarded_contents',
      columns: { repo: 'integer', did: 'text' },
      primaryKey: ['repo'],
      indexes: { discarded_contents_did: ['did'] },
    }),
  ],
}
