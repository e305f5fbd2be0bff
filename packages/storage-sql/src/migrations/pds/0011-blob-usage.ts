import { sql } from 'kysely'
import type { Migration } from '../migration.ts'
import { createTable } from '../table.ts'

/** What accounts store in blobs is counted with each upload and deletion, and may be limited. */
export const blobUsage: Migration = {
  part: 'pds',
  version: 11,
  name: 'blob usage',
  statements: (db, dialect) => [
    ...createTable(db, dialect, {
      name: 'blob_usage',
      columns: { did: 'text', blobs: 'integer', bytes: 'integer' },
      primaryKey: ['did'],
      clustered: true,
      indexes: { blob_usage_bytes: ['bytes', 'did'] },
    }),
    ...createTable(db, dialect, {
      name: 'blob_quota',
      columns: { did: 'text', bytes: 'integer' },
      primaryKey: ['did'],
      clustered: true,
    }),
    db
      .insertInto('blob_usage')
      .columns(['did', 'blobs', 'bytes'])
      .expression((is) =>
        is
          .selectFrom('blob')
          .select(['did', sql<number>`count(*)`.as('blobs'), sql<number>`sum(size)`.as('bytes')])
          .groupBy('did'),
      ),
  ],
}
