import type { Migration } from '../migration.ts'
import { createTable } from '../table.ts'

/** Places of records that are taken down. */
export const recordTakedowns: Migration = {
  part: 'pds',
  version: 10,
  name: 'record takedowns',
  statements: (db, dialect) =>
    createTable(db, dialect, {
      name: 'record_takedown',
      columns: { did: 'text', collection: 'text', rkey: 'text', reference: 'text' },
      primaryKey: ['did', 'collection', 'rkey'],
    }),
}
