import type { Migration } from '../migration.ts'
import { createTable } from '../table.ts'

/**
 * Handles and e-mail addresses are claimed for an account before other systems are told of them.
 */
export const claims: Migration = {
  part: 'pds',
  version: 5,
  name: 'claims',
  statements: (db, dialect) =>
    createTable(db, dialect, {
      name: 'claim',
      columns: {
        key: 'key',
        did: 'text',
        purpose: 'text',
        handle: 'text?',
        email: 'text?',
        details: 'text',
        claimed_at: 'text',
      },
      unique: { claim_did: ['did'], claim_handle: ['handle'], claim_email: ['email'] },
    }),
}
