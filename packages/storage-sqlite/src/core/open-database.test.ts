import { chmodSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import path from 'node:path'
import { blockOf, blockOfSection, decodeCbor, type Value, verifyCid } from '@atoll/data-model'
import { type Migration, pdsMigrations } from '@atoll/storage-sql'
import type { Datetime, Did, Nsid } from '@atoll/syntax'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { copyAsCrashed, openFailingAtEachStatement, temporaryFolder } from '../../test/opened-sample.ts'
import { openSqlitePdsStorage } from '../sqlite-pds-storage.ts'

const did: Did = 'did:web:a.test'

describe('a database', () => {
  let folder: string
  let file: string
  beforeEach(() => {
    folder = temporaryFolder()
    file = path.join(folder, 'test.sqlite')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('that is open is not opened by another, and can be opened again once it is closed', async () => {
    const storage = await openSqlitePdsStorage({ file })
    await expect(openSqlitePdsStorage({ file })).rejects.toMatchObject({ name: 'DatabaseInUseError', file })
    await storage.transact(did, (tx) => tx.state.set('a', 'b', 'c'))
    await storage.close()
    const again = await openSqlitePdsStorage({ file })
    expect(await again.state.get('a', 'b')).toBe('c')
    await again.close()
  })

  it.skipIf(process.platform === 'win32')('is private to its own user, as is every file beside it', async () => {
    const umask = process.umask(0)
    onTestFinished(() => void process.umask(umask))
    const modes = () =>
      Object.fromEntries(readdirSync(folder).map((name) => [name, statSync(path.join(folder, name)).mode & 0o777]))
    const seen = new Set<string>()
    const look = () => {
      for (const [name, mode] of Object.entries(modes())) {
        seen.add(name)
        expect([name, mode]).toEqual([name, 0o600])
      }
    }
    // From the first statement on, a crash and the next start included.
    const storage = await openSqlitePdsStorage({ file, beforeWrite: look })
    await fill(storage)
    look()
    copyAsCrashed(file, path.join(folder, 'crashed.sqlite'))
    await storage.close()
    const again = await openSqlitePdsStorage({ file: path.join(folder, 'crashed.sqlite'), beforeWrite: look })
    look()
    await again.close()
    for (const name of ['test.sqlite', 'test.sqlite-lock', 'test.sqlite-wal', 'test.sqlite-shm']) {
      expect(seen).toContain(name)
    }
    expect(seen).toContain('crashed.sqlite-wal')
  })

  it('is opened with the defaults where options are undefined', async () => {
    const absent = { now: undefined, cacheBytes: undefined, maxCheckBytes: undefined, maxLogBytes: undefined }
    const storage = await openSqlitePdsStorage({ file, ...absent, migrations: undefined })
    expect(await storage.accounts.count()).toBe(0)
    await storage.close()
  })

  it('keeps the mode that the operator gave it', async () => {
    await (await openSqlitePdsStorage({ file })).close()
    chmodSync(file, 0o640)
    await (await openSqlitePdsStorage({ file })).close()
    expect(statSync(file).mode & 0o777).toBe(0o640)
  })

  it('in a missing folder is a clear error, and leaves no lock', async () => {
    await expect(openSqlitePdsStorage({ file: path.join(folder, 'missing', 'x.sqlite') })).rejects.toThrow(/directory/)
  })

  it('with a newer schema is refused with both versions, and left as it is', async () => {
    const newer: Migration[] = [
      ...pdsMigrations,
      { part: 'pds', version: 99, name: 'from the future', statements: () => [] },
    ]
    await (await openSqlitePdsStorage({ file, migrations: newer })).close()
    await expect(openSqlitePdsStorage({ file })).rejects.toMatchObject({
      name: 'SchemaTooNewError',
      found: 99,
      supported: pdsMigrations.at(-1)!.version,
    })
    await (await openSqlitePdsStorage({ file, migrations: newer })).close()
  })

  it('whose migration fails at any statement is as it was before, and migrates at the next attempt', async () => {
    const second: Migration = {
      part: 'core',
      version: 2,
      name: 'second',
      statements: (db) => [
        db.schema.createTable('extra').addColumn('a', 'integer'),
        db.schema.createIndex('extra_a').on('extra').column('a'),
      ],
    }
    const both = [pdsMigrations[0]!, second]
    await (await openSqlitePdsStorage({ file, migrations: [pdsMigrations[0]!] })).close()
    let attempts = 0
    for (; attempts < 100; attempts++) {
      let calls = 0
      const beforeWrite = () => {
        if (calls++ === attempts) throw new Error('killed')
      }
      const storage = await openSqlitePdsStorage({ file, migrations: both, beforeWrite }).catch(() => undefined)
      await storage?.close()
      if (storage) break
      const names = namesIn(file)
      expect(names.filter((name) => name.startsWith('extra'))).toHaveLength(names.includes('version 2') ? 2 : 0)
    }
    expect(attempts).toBeGreaterThan(5)
    expect(namesIn(file)).toEqual(expect.arrayContaining(['extra', 'extra_a', 'version 2']))
  })

  it('of the first version gets the subjects of its records and the rows of their blocks', async () => {
    await (
      await openSqlitePdsStorage({ file, migrations: pdsMigrations.filter(({ version }) => version === 1) })
    ).close()
    const like: Nsid = 'app.bsky.feed.like'
    const subject = { uri: 'at://did:web:b.test/app.bsky.feed.post/x', cid: 'not looked at' }
    const records: [Nsid, string, Value][] = [
      ...Array.from({ length: 1203 }, (_, n): [Nsid, string, Value] => [like, `k${n + 1000}`, { subject, n }]),
      ['app.bsky.feed.repost', 'one', { subject }],
      ['app.bsky.graph.follow', 'one', { subject: 'did:web:b.test' }],
      ['app.bsky.graph.block', 'one', { subject: 'nobody' }],
      ['app.bsky.graph.block', 'two', { subject: 'did:web:b.test' }],
      ['app.bsky.feed.post', 'one', { subject }],
    ]
    writeFirstVersion(file, records)
    const storage = await openSqlitePdsStorage({ file })
    const bySubject = (collection: Nsid, subject: string) => storage.records.bySubject(did, collection, subject)
    expect(await bySubject(like, subject.uri)).toHaveLength(1203)
    expect(await bySubject('app.bsky.feed.repost', subject.uri)).toEqual(['one'])
    expect(await bySubject('app.bsky.graph.follow', 'did:web:b.test')).toEqual(['one'])
    expect(await bySubject('app.bsky.graph.block', 'did:web:b.test')).toEqual(['two'])
    expect(await bySubject('app.bsky.graph.block', 'nobody')).toEqual([])
    expect(await bySubject('app.bsky.feed.post', subject.uri)).toEqual([])
    const listed = await storage.records.list(did, like, { limit: 1300, reverse: true })
    const blocks = listed.map(({ section }) => blockOfSection(section))
    expect(blocks.map(({ bytes }) => decodeCbor(bytes))).toEqual(records.slice(0, 1203).map(([, , value]) => value))
    for (const { cid, bytes } of blocks) expect(verifyCid(cid, bytes)).toBe(true)
    await storage.close()
  })

  it('that is new and whose first migration fails at any statement is created at the next attempt', async () => {
    expect(await openFailingAtEachStatement(file)).toBeGreaterThan(30)
    const storage = await openSqlitePdsStorage({ file })
    expect(await storage.accounts.count()).toBe(0)
    await storage.close()
  })

  it('that was not closed and is damaged is refused; one that was not closed and is sound opens', async () => {
    const storage = await openSqlitePdsStorage({ file })
    await fill(storage)
    const sound = path.join(folder, 'sound.sqlite')
    copyAsCrashed(file, sound)
    await storage.close()
    const damaged = path.join(folder, 'damaged.sqlite')
    copyAsCrashed(file, damaged)
    markUnclean(damaged)
    scribble(damaged, 2, 30)
    await expect(openSqlitePdsStorage({ file: damaged })).rejects.toMatchObject({ name: 'CorruptStorageError' })
    const opened = await openSqlitePdsStorage({ file: sound })
    expect(await opened.state.list('fill')).toHaveLength(200)
    await opened.close()
  })

  it('that was not closed and is too large to wait for is checked while it is used; if damaged, it still serves reads and refuses writes', async () => {
    const storage = await openSqlitePdsStorage({ file })
    await fill(storage)
    await storage.close()
    markUnclean(file)
    const pages = statSync(file).size / 4096
    // Where the last records lie: opening reads nothing there.
    scribble(file, pages - 10, pages)
    // Until it is repaired, every start finds the damage.
    for (let start = 0; start < 2; start++) {
      const damage = Promise.withResolvers<Error>()
      const opened = await openSqlitePdsStorage({ file, maxCheckBytes: 0, onDamage: damage.resolve })
      expect(await damage.promise).toMatchObject({ name: 'CorruptStorageError' })
      await expect(opened.transact(did, (tx) => tx.state.set('a', 'b', 'c'))).rejects.toMatchObject({
        name: 'StorageUnavailableError',
        cause: { name: 'CorruptStorageError' },
      })
      expect(await opened.accounts.count()).toBe(0)
      await opened.close()
    }
    const printed = Promise.withResolvers<unknown>()
    const print = vi.spyOn(console, 'error').mockImplementation(printed.resolve)
    onTestFinished(() => print.mockRestore())
    const silent = await openSqlitePdsStorage({ file, maxCheckBytes: 0 })
    expect(await printed.promise, 'without onDamage').toMatchObject({ name: 'CorruptStorageError' })
    await silent.close()
  })

  it('that is checked while it is used takes writes meanwhile, and need not be checked again once it was found sound', async () => {
    await (await openSqlitePdsStorage({ file })).close()
    markUnclean(file)
    const options = { file, maxCheckBytes: 0 }
    // Stopped before the check is over: the mark stays.
    const hasty = await openSqlitePdsStorage(options)
    await fill(hasty)
    await hasty.close()
    for (let isClean = false; !isClean; ) {
      const patient = await openSqlitePdsStorage(options)
      await new Promise((resolve) => setTimeout(resolve, 50))
      await patient.close()
      isClean = versionOf(file) === 0
    }
    const storage = await openSqlitePdsStorage(options)
    expect(await storage.state.list('fill')).toHaveLength(200)
    await storage.close()
    expect(versionOf(file)).toBe(0)
  })

  it('that is not a SQLite file is refused', async () => {
    writeSync(openSync(file, 'w'), 'this is no database, but a text that is long enough to be looked at'.repeat(100))
    await expect(openSqlitePdsStorage({ file })).rejects.toMatchObject({ name: 'CorruptStorageError' })
  })

  it.each(['account', 'notes'])(
    "of another program, with a table '%s', is refused and left as it is",
    async (table) => {
      const foreign = new Database(file)
      foreign.exec(`create table ${table} (x)`)
      foreign.close()
      const before = readFileSync(file)
      await expect(openSqlitePdsStorage({ file })).rejects.toMatchObject({ name: 'ForeignDatabaseError', file })
      expect(readFileSync(file)).toEqual(before)
    },
  )

  it('never numbers events below what an opened log may have assigned, however old the file is', async () => {
    const start = Date.UTC(2026, 0, 1)
    const storage = await openSqlitePdsStorage({ file, now: () => start })
    const frame = { bytes: new Uint8Array([0]), seqOffset: 0 }
    const event = { did, kind: 'commit', time: '2026-01-01T00:00:00Z' as Datetime, frame }
    await storage.transact(did, (tx) => tx.events.append(event))
    const backup = path.join(folder, 'backup.sqlite')
    copyAsCrashed(file, backup)
    for (let n = 0; n < 100; n++) await storage.transact(did, (tx) => tx.events.append(event))
    const given = await storage.events.last()
    await storage.close()
    const restored = await openSqlitePdsStorage({ file: backup, now: () => start + 1000 })
    expect(await restored.events.last()).toBeGreaterThan(given)
    await restored.close()
  })
})

/** Records as the first version of the schema kept them. */
function writeFirstVersion(file: string, records: readonly [Nsid, string, Value][]): void {
  const database = new Database(file)
  const head = blockOf({}).cid.bytes
  database.prepare('insert into repo (key, did, cid, rev, data) values (7, ?, ?, ?, ?)').run(did, head, 'a', head)
  const addBlock = database.prepare(
    "insert or ignore into block (repo, cid, refs, rev, bytes) values (7, ?, 1, 'a', ?)",
  )
  const addRecord = database.prepare("insert into record (repo, collection, rkey, cid, rev) values (7, ?, ?, ?, 'a')")
  const addCollection = database.prepare('insert or ignore into repo_collection (repo, collection) values (7, ?)')
  for (const [collection, rkey, value] of records) {
    const { cid, bytes } = blockOf(value)
    addBlock.run(cid.bytes, bytes)
    addRecord.run(collection, rkey, cid.bytes)
    addCollection.run(collection)
  }
  database.close()
}

async function fill(storage: Awaited<ReturnType<typeof openSqlitePdsStorage>>): Promise<void> {
  for (let n = 0; n < 200; n++) await storage.transact(did, (tx) => tx.state.set('fill', `${n}`, 'x'.repeat(500)))
}

/** Tables, indexes and versions that are committed. */
function namesIn(file: string): string[] {
  const database = new Database(file, { readonly: true })
  const names = database.prepare<[], string>('select name from sqlite_master').pluck().all()
  const versions = database.prepare<[], number>('select version from schema_version').pluck().all()
  database.close()
  return [...names, ...versions.map((version) => `version ${version}`)]
}

/** As if the last process that had it open had not closed it. */
function markUnclean(file: string): void {
  const database = new Database(file)
  database.pragma('user_version = 1')
  database.close()
}

function versionOf(file: string): unknown {
  const database = new Database(file, { readonly: true })
  const version = database.pragma('user_version', { simple: true })
  database.close()
  return version
}

/** Overwrites pages of a file with garbage. */
function scribble(file: string, from: number, to: number): void {
  const handle = openSync(file, 'r+')
  for (let page = from; page < to; page++) writeSync(handle, new Uint8Array(4096).fill(0xa5), 0, 4096, page * 4096)
}
