import { rmSync } from 'node:fs'
import path from 'node:path'
import { intentRecorders, type RelayParts, type RelayStorage, relayMethods } from '@atoll/storage'
import { eventLogSuite, type OpenedStorage, stateStoreSuite } from '@atoll/storage/testing'
import { coreMigrations, eventRoutines, type Numbering, SqlState, stateRoutines } from '@atoll/storage-sql'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { copyAsCrashed, temporaryFolder } from '../../test/opened-sample.ts'
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

async function openSampleRelay({ now = Date.now }: { now?: () => number } = {}): Promise<OpenedStorage<RelayParts>> {
  const folder = temporaryFolder()
  const file = path.join(folder, 'relay.sqlite')
  const opened = [openRelay(file, now)]
  return {
    storage: opened[0]!,
    reopen: async () => {
      const copy = path.join(folder, `crashed-${opened.length}.sqlite`)
      copyAsCrashed(file, copy)
      const storage = openRelay(copy, now)
      opened.push(storage)
      return storage
    },
    close: async () => {
      for (const storage of opened) await storage.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
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
