import { cidOfRaw } from '@atoll/data-model'
import { type BlobStore, MemoryBlobStore, MemoryPdsStorage } from '@atoll/storage'
import { type Did, parseDatetime } from '@atoll/syntax'
import { beforeEach, describe, expect, it } from 'vitest'
import { DidLocks } from '../did-locks.ts'
import { Erasures } from './erasures.ts'

const did: Did = 'did:plc:alicealicealicealicealic'
const at = parseDatetime('2026-01-01T00:00:00.000Z')
const content = new TextEncoder().encode('of a blob')
const cid = cidOfRaw(content)

let storage: MemoryPdsStorage
let store: MemoryBlobStore
beforeEach(() => {
  storage = new MemoryPdsStorage()
  store = new MemoryBlobStore()
})

/** A service on what is stored. A second one stands for a restart. */
const service = (over: { deleteAll?: BlobStore['deleteAll']; eraseDeleted?: () => Promise<boolean> } = {}) => {
  const failures: unknown[] = []
  const erasures = new Erasures({
    storage: {
      state: storage.state,
      transact: (...work) => storage.transact(...work),
      erasure: { eraseDeleted: over.eraseDeleted ?? (() => storage.erasure.eraseDeleted()) },
    },
    store: { deleteAll: over.deleteAll ?? ((did) => store.deleteAll(did)) },
    locks: new DidLocks(),
    onError: (error) => failures.push(error),
  })
  return { erasures, failures }
}
const note = () => storage.transact(did, (tx) => service().erasures.note(tx, did, at))
const noted = async () => [
  ...(await storage.state.list('erasures of blobs')),
  ...(await storage.state.list('erasures')),
]
const upload = async () => {
  await store.upload(did, chunks(), { maxBytes: 100 })
  await store.makePermanent(did, [cid])
}
async function* chunks() {
  yield content
}

describe('the erasure of a deleted account', () => {
  beforeEach(async () => {
    await upload()
    await note()
  })

  it('deletes its blobs, and is finished', async () => {
    const { erasures, failures } = service()
    erasures.wake()
    await erasures.settled()
    expect(failures).toEqual([])
    expect(await store.size(did, cid)).toBeUndefined()
    expect(await noted()).toEqual([])
  })

  it('goes on after a stop before, and after, the blobs are gone', async () => {
    const stop = () => Promise.reject(new Error('stopped'))
    await expect(service({ deleteAll: stop }).erasures.finish()).rejects.toThrow('stopped')
    expect(await store.size(did, cid)).toBe(content.length)
    await expect(service({ eraseDeleted: stop }).erasures.finish()).rejects.toThrow('stopped')
    expect(await store.size(did, cid)).toBeUndefined()
    expect(await noted()).toHaveLength(1)
    await service().erasures.finish()
    expect(await noted()).toEqual([])
  })

  it('is repeated while a snapshot holds the files back', async () => {
    const outcomes = [false, true]
    const { erasures } = service({ eraseDeleted: async () => outcomes.shift()! })
    await erasures.finish()
    expect(await noted()).toHaveLength(1)
    await erasures.finish()
    expect(await noted()).toEqual([])
  })

  it('deletes nothing that the DID uploads after it has come back', async () => {
    const { erasures } = service({ eraseDeleted: async () => false })
    await erasures.finishBlobs(did)
    expect(await store.size(did, cid)).toBeUndefined()
    await upload()
    await erasures.finish()
    await erasures.finishBlobs(did)
    expect(await store.size(did, cid)).toBe(content.length)
  })
})
