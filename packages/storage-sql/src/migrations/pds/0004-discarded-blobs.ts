import { sql } from 'kysely'
import type { Migration } from '../migration.ts'

/** A blob that is forgotten is noted until its bytes are gone, too. */
export const discardedBlobs: Migration = {
  version: 4,
  name: 'discarded blobs',
  statements: (db, dialect) => {
    const table = db.schema
      .createTable('blob_discarded')
      .addColumn('did', 'text', (did) => did.notNull())
      .addColumn('cid', dialect === 'sqlite' ? 'blob' : 'bytea', (cid) => cid.notNull())
      .addPrimaryKeyConstraint('blob_discarded_key', ['did', 'cid'])
    return [dialect === 'sqlite' ? table.modifyEnd(sql`without rowid`) : table]
  },
}
