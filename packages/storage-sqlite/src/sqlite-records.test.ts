import { blockOf, sectionOf } from '@atoll/data-model'
import { CorruptStorageError } from '@atoll/storage'
import { SampleRepo } from '@atoll/storage/testing'
import { packedRecords, runRoutine } from '@atoll/storage-sql'
import { type Did, parseNsid, parseRecordKey } from '@atoll/syntax'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { Connection } from './connection.ts'
import { openSample } from './testing.ts'

const did: Did = 'did:web:records.test'
const collection = parseNsid('app.bsky.feed.post')
const rkey = parseRecordKey('one')

describe('a record without its block', () => {
  it('is named instead of being left out; for an export it is missing', async () => {
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

describe('a page of large records', () => {
  it('reads no block that it does not return', async () => {
    const { storage, file, close } = await openSample()
    const writes = Object.fromEntries(
      Array.from({ length: 12 }, (_, n) => [`${collection}/key${n}`, { n, bytes: new Uint8Array(900_000) }]),
    )
    await storage.transact(did, (tx) => tx.repo.apply(new SampleRepo(did).commit(writes)))
    const connection = new Connection(file, { readonly: true, cacheBytes: 1_000_000 })
    let steps = 0
    const page = runRoutine(packedRecords({ repo: 1, collection, from: '', limit: 100, reverse: true }), (step) => {
      steps++
      return connection.read(step)
    })
    expect(page).toHaveLength(3)
    // One for the keys and what is packed, and one for each long block.
    expect(steps).toBe(1 + page.length)
    connection.close()
    await close()
  })
})
