import { blockOf, sectionOf } from '@atoll/data-model'
import { CorruptStorageError } from '@atoll/storage'
import { SampleRepo } from '@atoll/storage/testing'
import { type Did, parseNsid, parseRecordKey } from '@atoll/syntax'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
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
