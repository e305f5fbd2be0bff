import { type BlobRef, cidOfRaw } from '@atoll/data-model'
import { type BlobStore, MemoryBlobStore, MemoryStorage } from '@atoll/storage'
import { SampleRepo } from '@atoll/storage/testing'
import type { Did } from '@atoll/syntax'
import { beforeEach, describe, expect, it } from 'vitest'
import { RepoLocks } from '../repos/repo-locks.ts'
import { Blobs } from './blobs.ts'

const did: Did = 'did:plc:alicealicealicealicealic'
const content = new TextEncoder().encode('some text')
const cid = cidOfRaw(content)

describe('blobs that lost their last reference', () => {
  let storage: MemoryStorage
  let store: MemoryBlobStore
  let repo: SampleRepo

  beforeEach(() => {
    storage = new MemoryStorage()
    store = new MemoryBlobStore()
    repo = new SampleRepo(did)
  })

  /** A service on what is stored; one after the other as after a crash. */
  const service = (over: Partial<BlobStore> = {}) => {
    const failures: unknown[] = []
    const bytes = new Proxy<BlobStore>(store, {
      get: (target, name) => {
        const member = over[name as keyof BlobStore] ?? target[name as keyof BlobStore]
        return member.bind(target as never)
      },
    })
    const blobs = new Blobs({
      storage,
      store: bytes,
      locks: new RepoLocks(),
      uploadLimit: 1000,
      onError: (error) => failures.push(error),
    })
    return { blobs, failures }
  }
  const stop = () => Promise.reject(new Error('stopped'))
  const upload = (blobs: Blobs) => blobs.upload(did, chunks(), 'text/plain')
  const refer = async (blobs: Blobs, blob: BlobRef, rkey: string) => {
    await blobs.claim(did, [blob])
    const change = repo.commit({ [`a.b.c/${rkey}`]: { blob } }, { [`a.b.c/${rkey}`]: [blob.ref] })
    await storage.transact(did, (tx) => tx.repo.apply(change))
  }
  const remove = (rkey: string) =>
    storage.transact(did, (tx) => tx.repo.apply(repo.commit({ [`a.b.c/${rkey}`]: null })))
  const discarded = async () => (await storage.blobs.discarded({ limit: 9 })).map((blob) => `${blob.cid}`)

  it('are gone, index and bytes, and nothing is noted of them', async () => {
    const { blobs, failures } = service()
    await refer(blobs, await upload(blobs), 'one')
    await remove('one')
    blobs.collect(did)
    await blobs.settled()
    expect(failures).toEqual([])
    expect(await store.size(did, cid)).toBeUndefined()
    expect(await storage.blobs.get(did, cid)).toBeUndefined()
    expect(await discarded()).toEqual([])
  })

  it('are gone after the next sweep when the service is stopped between their index and their bytes', async () => {
    const { blobs, failures } = service({ delete: stop })
    await refer(blobs, await upload(blobs), 'one')
    await remove('one')
    blobs.collect(did)
    await blobs.settled()
    expect(failures).toMatchObject([{ message: 'stopped' }])
    expect(await storage.blobs.get(did, cid)).toBeUndefined()
    expect(await store.size(did, cid)).toBe(content.length)
    expect(await discarded()).toEqual([`${cid}`])
    await service().blobs.sweep()
    expect(await store.size(did, cid)).toBeUndefined()
    expect(await discarded()).toEqual([])
  })

  it('are kept when they were uploaded again before that sweep, whether or not a record refers to them yet', async () => {
    for (const isReferred of [false, true]) {
      const stopped = service({ delete: stop }).blobs
      await refer(stopped, await upload(stopped), 'one')
      await remove('one')
      stopped.collect(did)
      await stopped.settled()
      expect(await discarded()).toEqual([`${cid}`])
      const { blobs } = service()
      const again = await upload(blobs)
      if (isReferred) await refer(blobs, again, 'two')
      await blobs.sweep()
      expect(await discarded()).toEqual([])
      if (!isReferred) await refer(blobs, again, 'two')
      expect((await blobs.read(did, cid, { takendown: false })).size).toBe(content.length)
      await remove('two')
      blobs.collect(did)
      await blobs.settled()
      expect(await store.size(did, cid)).toBeUndefined()
    }
  })
})

async function* chunks(): AsyncIterable<Uint8Array> {
  yield content
}
