import { statSync } from 'node:fs'
import { StorageUnavailableError } from '@atoll/storage'
import { SampleRepo } from '@atoll/storage/testing'
import type { Did } from '@atoll/syntax'
import { afterEach, describe, expect, it } from 'vitest'
import type { SqliteStorageOptions } from './sqlite-storage.ts'
import { openSample } from './testing.ts'

const did: Did = 'did:web:log.test'
const MiB = 1024 * 1024
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function opened(options: Omit<SqliteStorageOptions, 'file'> = {}) {
  const { storage, file, close } = await openSample(options)
  closing.push(close)
  const repo = new SampleRepo(did)
  let count = 0
  return {
    storage,
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

describe('the write-ahead log', () => {
  it('becomes short again after a snapshot held it', async () => {
    const { storage, write, logBytes } = await opened()
    await write(1)
    const snapshot = (await storage.repos.snapshot(did))!
    await write(30)
    expect(logBytes()).toBeGreaterThan(30 * MiB)
    snapshot.close()
    await write(2)
    expect(logBytes()).toBeLessThan(17 * MiB)
  })

  it('grows no further for the sake of snapshots than it may, and those that held it are ended', async () => {
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
