import { rmSync } from 'node:fs'
import path from 'node:path'
import { intentRecorders, type RelayParts, type RelayStorage, relayMethods } from '@atoll/storage'
import { eventLogSuite, type OpenedStorage, stateStoreSuite } from '@atoll/storage/testing'
import { coreMigrations, eventRoutines, type Numbering, SqlState, stateRoutines } from '@atoll/storage-sql'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { openInOwnFolder, temporaryFolder } from '../../test/opened-sample.ts'
import { SqliteEvents } from '../events/sqlite-events.ts'
import { SqliteHost } from './sqlite-host.ts'

const newRecorder = intentRecorders(relayMethods)

const relayRoutines = (numbering: Numbering) => ({ events: eventRoutines(numbering), state: stateRoutines })

/** A relay's storage: the parts of a relay on a host, and no others. */
function openRelay(file: string, now: () => number): RelayStorage {
  const host = new SqliteHost({ file, now, migrations: coreMigrations })
  return {
    events: new SqliteEvents(host),
    state: new SqlState(host.run),
    transact: (_did, work) => host.transact(newRecorder(), relayRoutines, work),
    close: () => host.close(),
  }
}

function openSampleRelay({ now = Date.now }: { now?: () => number } = {}): Promise<OpenedStorage<RelayParts>> {
  return openInOwnFolder<RelayParts>((file) => openRelay(file, now))
}

eventLogSuite('relay in SQLite', openSampleRelay)
stateStoreSuite('relay in SQLite', openSampleRelay)

it('creates only the tables of the parts that the storage has', async () => {
  const folder = temporaryFolder()
  const file = path.join(folder, 'relay.sqlite')
  await openRelay(file, Date.now).close()
  const database = new Database(file, { readonly: true })
  const tables = database.prepare(`select name from sqlite_master where type = 'table' order by name`).pluck().all()
  database.close()
  rmSync(folder, { recursive: true })
  expect(tables).toEqual(['event', 'event_log', 'schema_version', 'state'])
})
