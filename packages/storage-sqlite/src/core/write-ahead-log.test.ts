import { existsSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { StorageUnavailableError } from '@atoll/storage'
import { SampleRepo } from '@atoll/storage/testing'
import type { Did } from '@atoll/syntax'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openSample, temporaryFolder } from '../../test/opened-sample.ts'
import type { SqlitePdsStorageOptions } from '../sqlite-pds-storage.ts'
import { Connection } from './connection.ts'
import { configureWriter } from './open-database.ts'
import { ReaderPool } from './reader.ts'
import { WriteAheadLog } from './write-ahead-log.ts'

const did: Did = 'did:web:log.test'
const MiB = 1024 * 1024
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function opened(options: Omit<SqlitePdsStorageOptions, 'file'> = {}) {
  const { storage, file, close } = await openSample(options)
  closing.push(close)
  const repo = new SampleRepo(did)
  let count = 0
  return {
    storage,
    file,
    logBytes: () => statSync(`${file}-wal`).size,
    /** Writes so many megabytes, each as a commit. */
    async write(megabytes: number) {
      for (const end = count + megabytes; count < end; ) {
        const n = count++
        const change = repo.commit({ [`a.b.c/r${n}`]: { n, bytes: new Uint8Array(MiB) } })
        await storage.transact(did, (tx) => tx.repo.apply(change))
      }
    },
  }
}

/** A log of ten megabytes that a snapshot holds. */
function longLog({ inlinePages, maxBytes = 256 * MiB }: { inlinePages: number; maxBytes?: number }) {
  const folder = temporaryFolder()
  const file = path.join(folder, 'long.sqlite')
  const connection = new Connection({ file, readonly: false, cacheBytes: MiB })
  configureWriter(connection)
  connection.command('create table t (b)')
  const reading = new Connection({ file, readonly: true, cacheBytes: MiB })
  const snapshots = new ReaderPool(() => reading)
  const log = new WriteAheadLog({ file, snapshots, maxBytes, inlinePages })
  closing.push(async () => {
    await log.copied
    snapshots.close()
    connection.close()
    rmSync(folder, { recursive: true })
  })
  const held = snapshots.take()
  held.begin()
  reading.pragma('schema_version')
  const write = (megabytes: number) => {
    for (let n = 0; n < megabytes; n++) connection.command(`insert into t values (zeroblob(${MiB}))`)
  }
  write(10)
  const pragma = vi.spyOn(connection, 'pragma')
  const checkpoints = () => pragma.mock.calls.filter(([text]) => text.startsWith('wal_checkpoint')).length
  const release = () => snapshots.giveBack(held)
  return { file, log, connection, release, isHeld: () => snapshots.has(held), write, checkpoints }
}

describe('the write-ahead log', () => {
  it('becomes short again after a snapshot held it', async () => {
    const { storage, write, logBytes } = await opened()
    await write(1)
    const snapshot = (await storage.repos.snapshot(did))!
    await write(30)
    expect(logBytes()).toBeGreaterThan(30 * MiB)
    snapshot.close()
    // The next commit has it copied in the background, and one after that begins it again.
    await vi.waitFor(
      async () => {
        await write(1)
        expect(logBytes()).toBeLessThan(17 * MiB)
      },
      { timeout: 20_000, interval: 50 },
    )
  })

  it('is copied neither by commits nor on their thread while it is long', async () => {
    const { log, connection, release, write, checkpoints } = longLog({ inlinePages: 500 })
    release()
    write(1)
    const before = connection.logPages()
    expect(before.log - before.checkpointed).toBeGreaterThan(2000)
    expect(log.afterCommit(connection)).toBeUndefined()
    expect(connection.logPages()).toEqual(before)
    await log.copied
    expect(connection.logPages()).toEqual({ ...before, checkpointed: before.log })
    expect(checkpoints()).toBe(0)
    write(1)
    expect(connection.logPages().log).toBeLessThan(500)
  })

  it('is copied at once after a commit while it is short', () => {
    const { log, connection, release, write, checkpoints } = longLog({ inlinePages: 5000 })
    release()
    write(1)
    expect(log.afterCommit(connection)).toBeUndefined()
    expect(checkpoints()).toBe(1)
    const { log: pages, checkpointed } = connection.logPages()
    expect(checkpointed).toBe(pages)
  })

  it('is copied after the next commit when the thread has failed', async () => {
    const { log, connection, release, write, checkpoints, file } = longLog({ inlinePages: 500 })
    release()
    write(1)
    renameSync(file, `${file}-away`)
    log.afterCommit(connection)
    await log.copied
    renameSync(`${file}-away`, file)
    expect(checkpoints()).toBe(0)
    log.afterCommit(connection)
    expect(checkpoints()).toBe(1)
    const { log: pages, checkpointed } = connection.logPages()
    expect(checkpointed).toBe(pages)
  })

  it('is not copied by a thread while a snapshot holds it, and commits only wait for the copy of a log beyond its bound', async () => {
    const { log, connection, isHeld, write } = longLog({ inlinePages: 500, maxBytes: 12 * MiB })
    expect(log.afterCommit(connection)).toBeUndefined()
    await log.copied
    expect(connection.logPages().checkpointed).toBeLessThan(10)
    expect(isHeld()).toBe(true)
    write(4)
    const waiting = log.afterCommit(connection)
    expect(waiting).toBeInstanceOf(Promise)
    await waiting
    const { log: pages, checkpointed } = connection.logPages()
    expect(checkpointed).toBe(pages)
    expect(isHeld()).toBe(false)
  })

  it('is no longer used by a thread once the storage is closed', async () => {
    const { storage, write, file } = await opened()
    await write(1)
    const snapshot = (await storage.repos.snapshot(did))!
    await write(20)
    snapshot.close()
    await write(1)
    await storage.close()
    expect(existsSync(`${file}-wal`)).toBe(false)
  })

  it('grows for the sake of snapshots only up to its bound, and those that held it are then ended', async () => {
    const { storage, write, logBytes } = await opened({ maxLogBytes: 20 * MiB })
    await write(1)
    const held = (await storage.repos.snapshot(did))!
    const other = (await storage.repos.snapshot(did))!
    expect(held.sections!.blocks([held.head.cid])).toHaveLength(1)
    await write(60)
    expect(logBytes()).toBeLessThan(25 * MiB)
    expect(() => held.sections!.blocks([held.head.cid])).toThrow(StorageUnavailableError)
    await expect(other.blocks([other.head.cid])).rejects.toThrow(StorageUnavailableError)
    const later = (await storage.repos.snapshot(did))!
    held.close()
    expect(later.sections!.blocks([later.head.cid])).toHaveLength(1)
    for (const snapshot of [other, later]) snapshot.close()
  })
})

describe('snapshots', () => {
  it('are refused while too many are open', async () => {
    const { storage, write } = await opened()
    await write(1)
    const open = await Promise.all(Array.from({ length: 64 }, () => storage.repos.snapshot(did)))
    await expect(storage.repos.snapshot(did)).rejects.toMatchObject({ name: 'StorageUnavailableError', reason: 'busy' })
    open[0]!.close()
    open[0]!.close()
    open[0] = await storage.repos.snapshot(did)
    await expect(storage.repos.snapshot(did)).rejects.toThrow(StorageUnavailableError)
    for (const snapshot of open) snapshot!.close()
  })
})
