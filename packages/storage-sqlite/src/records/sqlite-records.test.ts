import { blockOf, sectionOf } from '@atoll/data-model'
import { CorruptStorageError, maxPageBytes } from '@atoll/storage'
import { SampleRepo } from '@atoll/storage/testing'
import { runRoutine } from '@atoll/storage-sql'
import { type Did, parseNsid, parseRecordKey } from '@atoll/syntax'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { openSample } from '../../test/opened-sample.ts'
import { Connection } from '../core/connection.ts'
import { packedRecords } from './packed.ts'

const did: Did = 'did:web:records.test'
const collection = parseNsid('app.bsky.feed.post')
const rkey = parseRecordKey('one')
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('a record without its block', () => {
  it('is an error in a listing, and left out of an export', async () => {
    const { storage, file, close } = await openSample()
    const writes = { [`${collection}/one`]: { n: 1 }, [`${collection}/two`]: { n: 2 } }
    await storage.transact(did, (tx) => tx.repo.apply(new SampleRepo(did).commit(writes)))
    const damaging = new Database(file)
    damaging.prepare('delete from block where cid = ?').run(blockOf({ n: 1 }).cid.bytes)
    damaging.close()
    const message = `record ${collection}/one without its block`
    await expect(storage.records.get(did, collection, rkey)).rejects.toThrow(message)
    await expect(storage.records.list(did, collection, { limit: 10 })).rejects.toThrow(CorruptStorageError)
    await expect(storage.records.list(did, collection, { limit: 10 })).rejects.toThrow(message)
    const snapshot = await storage.repos.snapshot(did)
    const [run] = snapshot!.sections!.records()
    expect(run?.bytes).toEqual(sectionOf(blockOf({ n: 2 })))
    expect(run?.ends).toEqual([run?.bytes.length])
    snapshot!.close()
    await close()
  })
})

describe('what was read for one caller', () => {
  it('is freed when it is released, unless it is a view of shared memory', async () => {
    const { storage, close } = await openSample()
    const long = { bytes: new Uint8Array(100_000) }
    const writes = { [`${collection}/long`]: long, [`${collection}/one`]: { n: 1 }, [`${collection}/two`]: { n: 2 } }
    await storage.transact(did, (tx) => tx.repo.apply(new SampleRepo(did).commit(writes)))
    const page = await storage.records.list(did, collection, { limit: 10 })
    const block = (await storage.repos.block(did, blockOf(long).cid))!
    for (const { section } of page) storage.records.release!(section)
    storage.repos.release!(block)
    expect(block).toHaveLength(0)
    const lengths = Object.fromEntries(page.map(({ rkey, section }) => [rkey, section.length]))
    const short = sectionOf(blockOf({ n: 1 })).length
    expect(lengths).toEqual({ long: 0, one: short, two: short })
    await close()
  })
})

describe('a page of large records', () => {
  it('reads no block that it does not return', async () => {
    const { storage, file, close } = await openSample()
    const writes = Object.fromEntries(
      Array.from({ length: 12 }, (_, n) => [`${collection}/key${n}`, { n, bytes: new Uint8Array(900_000) }]),
    )
    await storage.transact(did, (tx) => tx.repo.apply(new SampleRepo(did).commit(writes)))
    const connection = new Connection({ file, readonly: true, cacheBytes: 1_000_000 })
    let steps = 0
    const page = runRoutine(
      packedRecords({ repo: 1, collection, from: '', limit: 100, reverse: true, maxBytes: maxPageBytes }),
      (step) => {
        steps++
        return connection.read(step)
      },
    )
    expect(page).toHaveLength(3)
    // One for the keys and the packed blocks, and one for each long block.
    expect(steps).toBe(1 + page.length)
    connection.close()
    await close()
  })
})

describe('the collections of an export', () => {
  it('are read by the page, in the order of the tree', async () => {
    const { storage, close } = await openSample()
    const names = Array.from({ length: 1200 }, (_, n) => `a.b.c${n}${['', '.d', '-d.e'][n % 3]}`)
    const repo = new SampleRepo(did)
    await storage.transact(did, (tx) =>
      tx.repo.apply(repo.commit(Object.fromEntries(names.map((name, n) => [`${name}/r`, { n }])))),
    )
    const snapshot = (await storage.repos.snapshot(did))!
    const found: string[] = []
    for (const { bytes } of snapshot.sections!.records()) if (bytes.length > 0) found.push(hex(bytes))
    const inOrder = names.map((name, n) => ({ path: `${name}/`, n })).sort((a, b) => (a.path < b.path ? -1 : 1))
    expect(found).toEqual(inOrder.map(({ n }) => hex(sectionOf(blockOf({ n })))))
    snapshot.close()
    await close()
  })
})
