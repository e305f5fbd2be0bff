import { sql } from 'kysely'
import type { Migration } from '../migration.ts'

/** A blob keeps the type of its first upload; the types of later ones are noted, because records may name them. */
export const blobTypes: Migration = {
  version: 6,
  name: 'blob types',
  statements: (db, dialect) => {
    const table = db.schema
      .createTable('blob_type')
      .addColumn('did', 'text', (did) => did.notNull())
      .addColumn('cid', dialect === 'sqlite' ? 'blob' : 'bytea', (cid) => cid.notNull())
      .addColumn('mime_type', 'text', (type) => type.notNull())
      .addPrimaryKeyConstraint('blob_type_key', ['did', 'cid', 'mime_type'])
    return [dialect === 'sqlite' ? table.modifyEnd(sql`without rowid`) : table]
  },
}
