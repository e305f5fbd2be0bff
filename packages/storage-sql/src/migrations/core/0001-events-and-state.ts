import type { Migration } from '../migration.ts'
import { createTable, type Table } from '../table.ts'

/** What every service keeps: its log of events, and small values. */
export const eventsAndState: Migration = {
  part: 'core',
  version: 1,
  name: 'events and state',
  statements: (db, dialect) => tables.flatMap((table) => createTable(db, dialect, table)),
}

const tables: readonly Table[] = [
  {
    name: 'state',
    columns: { namespace: 'text', key: 'text', value: 'text' },
    primaryKey: ['namespace', 'key'],
    clustered: true,
  },
  {
    name: 'event',
    columns: { seq: 'integer', did: 'text', kind: 'text', time: 'text', frame: 'bytes' },
    primaryKey: ['seq'],
    indexes: { event_did: ['did'] },
  },
  { name: 'event_log', columns: { id: 'integer', last: 'integer', horizon: 'integer' }, primaryKey: ['id'] },
]
