import type { Migration } from '../migration.ts'
import { createTable } from '../table.ts'

/**
 * Mails wait in the database until they are sent, and mailed codes are stored as hashes. Those that
 * were stored as they were mailed lived for minutes: they are dropped.
 */
export const outbox: Migration = {
  part: 'pds',
  version: 8,
  name: 'outbox',
  statements: (db, dialect) => [
    db.schema.dropTable('email_token'),
    ...createTable(db, dialect, {
      name: 'email_token',
      columns: { purpose: 'text', did: 'text', code_hash: 'text', expires_at: 'text', wrong_tries: 'integer' },
      primaryKey: ['purpose', 'did'],
      indexes: { email_token_code_hash: ['purpose', 'code_hash'] },
    }),
    ...createTable(db, dialect, {
      name: 'outbox',
      columns: {
        id: 'text',
        did: 'text?',
        topic: 'text?',
        channel: 'text',
        recipient: 'text',
        subject: 'text',
        text: 'text',
        html: 'text',
        failures: 'integer',
        due_at: 'text',
        expires_at: 'text',
      },
      primaryKey: ['id'],
      unique: { outbox_topic: ['did', 'topic'] },
      indexes: { outbox_due: ['channel', 'due_at'], outbox_expired: ['expires_at'] },
    }),
  ],
}
