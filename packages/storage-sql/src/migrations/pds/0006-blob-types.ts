import type { Migration } from '../migration.ts'
import { createTable } from '../table.ts'

/**
 * A blob keeps the type of its first upload; the types of later ones are stored as well, because
 * records may name them.
 */
export const blobTypes: Migration = {
  part: 'pds',
  version: 6,
  name: 'blob types',
  statements: (db, dialect) =>
    createTable(db, dialect, {
      name: 'blob_type',
      columns: { did: 'text', cid: 'bytes', mime_type: 'text' },
      primaryKey: ['did', 'cid', 'mime_type'],
      clustered: true,
    }),
}
