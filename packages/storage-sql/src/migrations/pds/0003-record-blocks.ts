import type { Migration } from '../migration.ts'

/**
 * A record's row refers to the row of its block, so that a page of records is read without
 * searching for each block.
 */
export const recordBlocks: Migration = {
  part: 'pds',
  version: 3,
  name: 'record blocks',
  statements: (db) => [
    db.schema.alterTable('record').addColumn('block', 'bigint'),
    db.updateTable('record').set((is) => ({
      block: is
        .selectFrom('block')
        .select('block.id')
        .whereRef('block.repo', '=', 'record.repo')
        .whereRef('block.cid', '=', 'record.cid'),
    })),
  ],
}
