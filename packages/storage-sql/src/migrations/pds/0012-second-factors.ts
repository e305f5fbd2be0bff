import type { Migration } from '../migration.ts'
import { createTable } from '../table.ts'

/** What accounts ask for beside their passwords, and how many codes were tried. */
export const secondFactors: Migration = {
  part: 'pds',
  version: 12,
  name: 'second factors',
  statements: (db, dialect) => [
    ...createTable(db, dialect, {
      name: 'email_factor',
      columns: { did: 'text' },
      primaryKey: ['did'],
    }),
    ...createTable(db, dialect, {
      name: 'totp',
      columns: { did: 'text', secret: 'bytes', is_confirmed: 'integer', last_step: 'integer' },
      primaryKey: ['did'],
    }),
    ...createTable(db, dialect, {
      name: 'recovery_code',
      columns: { did: 'text', hash: 'text' },
      primaryKey: ['did', 'hash'],
      clustered: true,
    }),
    ...createTable(db, dialect, {
      name: 'code_tries',
      columns: { did: 'text', count: 'integer', since: 'text' },
      primaryKey: ['did'],
    }),
  ],
}
