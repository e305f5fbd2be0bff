import { rmSync } from 'node:fs'
import path from 'node:path'
import { SampleRepo } from '@atoll/storage/testing'
import { pdsMigrations, stateRoutines } from '@atoll/storage-sql'
import type { Did } from '@atoll/syntax'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/opened-sample.ts'
import { openSqlitePdsStorage, type SqlitePdsStorageOptions } from '../sqlite-pds-storage.ts'
import { Connection } from './connection.ts'
import { GroupCommit } from './group-commit.ts'
import { configureWriter, migrate } from './open-database.ts'

const did: Did = 'did:web:a.test'

describe('group commit', () => {
  let folder: string
  const closing: (() => Promise<void>)[] = []
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
    rmSync(folder, { recursive: true })
  })
  const open = async (options: Partial<SqlitePdsStorageOptions> = {}) => {
    const storage = await openSqlitePdsStorage({ file: path.join(folder, 'test.sqlite'), ...options })
    closing.push(() => storage.close())
    return storage
  }

  it('makes everything that waits in one turn durable with one commit', async () => {
    let commits = 0
    const storage = await open({ beforeWrite: (sql) => (commits += sql === 'commit' ? 1 : 0) })
    commits = 0
    await Promise.all(
      Array.from({ length: 50 }, (_, n) => storage.transact(did, (tx) => tx.state.set('n', `${n}`, ''))),
    )
    expect(commits).toBe(1)
    expect(await storage.state.list('n')).toHaveLength(50)
  })

  it('commits in the order in which the transactions were ready', async () => {
    const storage = await open()
    const finished: number[] = []
    await Promise.all(
      [3, 1, 2].map(async (n) => {
        await storage.transact(did, (tx) => tx.state.set('order', 'last', `${n}`))
        finished.push(n)
      }),
    )
    expect(finished).toEqual([3, 1, 2])
    expect(await storage.state.get('order', 'last')).toBe('2')
  })

  it('serves reads while a long transaction is being written, which see nothing of it until it is committed', async () => {
    const storage = await open()
    const repo = new SampleRepo(did)
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`a.b.c/r${n}`, { n }]))
    const change = repo.commit(many)
    let done = false
    const writing = storage.transact(did, (tx) => tx.repo.apply(change)).then(() => (done = true))
    let reads = 0
    for (; !done; reads++) {
      const head = await storage.repos.head(did)
      expect(head === undefined || done || (await storage.repos.counts(did)).records === 20_000).toBe(true)
      await new Promise(setImmediate)
    }
    await writing
    expect(reads).toBeGreaterThan(5)
    expect((await storage.repos.counts(did)).records).toBe(20_000)
  })

  it('writes again after SQLite itself ran out of space', async () => {
    const file = path.join(folder, 'small.sqlite')
    let maxPages = 200
    const connect = () => {
      const connection = new Connection({ file, readonly: false, cacheBytes: 1_000_000 })
      configureWriter(connection)
      connection.pragma(`max_page_count = ${maxPages}`)
      return connection
    }
    const connection = connect()
    migrate(connection, pdsMigrations, Date.now())
    const writer = new GroupCommit({ connection, connect, last: 0, onAppend: () => {} })
    const write = (n: number) => writer.write(() => stateRoutines.set('n', `${n}`, 'x'.repeat(50_000)))
    let written = 0
    const refusal = await (async () => {
      for (; ; written++) await write(written)
    })().catch((error: unknown) => error)
    expect(refusal).toMatchObject({ name: 'StorageUnavailableError', reason: 'full' })
    expect(written).toBeGreaterThan(1)
    await expect(write(1000)).rejects.toMatchObject({ reason: 'full' })
    maxPages = 100_000
    await expect(write(1001)).resolves.toBeUndefined()
    const last = await writer.close()
    last?.close()
  })

  it('keeps every transaction complete or absent when anything throws at the n-th statement, for every n', async () => {
    let calls = 0
    let failAt = Number.POSITIVE_INFINITY
    const storage = await open({
      beforeWrite: () => {
        if (++calls === failAt) throw new Error('a bug')
      },
    })
    const pair = (name: string) =>
      storage.transact(did, (tx) => {
        tx.state.set(name, 'one', name)
        tx.state.set(name, 'two', name)
      })
    let failures = 0
    for (let isOver = false; !isOver; failures++) {
      calls = 0
      failAt = failures + 1
      const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((name) => pair(`${name}${failures}`)))
      failAt = Number.POSITIVE_INFINITY
      isOver = calls <= failures
      for (const [index, { status }] of outcomes.entries()) {
        expect(await storage.state.list(`${'abc'[index]}${failures}`)).toHaveLength(status === 'fulfilled' ? 2 : 0)
      }
      await expect(pair(`after ${failures}`)).resolves.toBeUndefined()
    }
    expect(failures).toBeGreaterThan(10)
  })

  it('rejects the whole group when the disk is full, and writes again as soon as there is space', async () => {
    let full = false
    const storage = await open({
      beforeWrite: (sql) => {
        if (full && sql === 'commit') throw fullDisk()
      },
    })
    full = true
    const refused = await Promise.allSettled(
      Array.from({ length: 5 }, (_, n) => storage.transact(did, (tx) => tx.state.set('n', `${n}`, ''))),
    )
    for (const outcome of refused) {
      expect(outcome).toMatchObject({ reason: { name: 'StorageUnavailableError', reason: 'full' } })
    }
    expect(await storage.state.list('n')).toEqual([])
    full = false
    await storage.transact(did, (tx) => tx.state.set('n', 'after', ''))
    expect(await storage.state.list('n')).toHaveLength(1)
  })
})

function fullDisk(): Error {
  return new Database.SqliteError('simulated: database or disk is full', 'SQLITE_FULL')
}
