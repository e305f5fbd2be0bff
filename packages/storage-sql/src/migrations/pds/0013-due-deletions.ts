import type { Migration } from '../migration.ts'

/** Accounts that are to be deleted at some time are found without reading all accounts. */
export const dueDeletions: Migration = {
  part: 'pds',
  version: 13,
  name: 'due deletions',
  statements: (db) => [
    db.schema
      .createIndex('account_delete_after')
      .on('account')
      .columns(['delete_after', 'did'])
      .where('delete_after', 'is not', null),
  ],
}
