import type { Migration } from '../migration.ts'
import { createTable } from '../table.ts'

/** Documents of DIDs whose host names are this server's. A row without content has ended. */
export const didDocuments: Migration = {
  part: 'pds',
  version: 7,
  name: 'did documents',
  statements: (db, dialect) =>
    createTable(db, dialect, {
      name: 'did_document',
      columns: { did: 'text', content: 'text?', created_at: 'text', updated_at: 'text' },
      primaryKey: ['did'],
    }),
}
