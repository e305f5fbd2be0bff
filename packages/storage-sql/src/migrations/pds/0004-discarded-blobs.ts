import type { Migration } from '../migration.ts'
import { createTable } from '../table.ts'

/** Blobs that were deleted from the index are noted until their bytes are gone as well. */
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
