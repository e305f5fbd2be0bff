import type { Migration } from '../migration.ts'
import { createTable } from '../table.ts'

/** A blob that is forgotten is noted until its bytes are gone as well. */
export const discardedBlobs: Migration = {
  part: 'pds',
  version: 4,
  name: 'discarded blobs',
  statements: (db, dialect) =>
    createTable(db, dialect, {
      name: 'blob_discarded',
      columns: { did: 'text', cid: 'bytes' },
      primaryKey: ['did', 'cid'],
      clustered: true,
    }),
}
