import { type BlobRef, cidOfRaw } from '@atoll/data-model'
import { type BlobStore, MemoryBlobStore, MemoryPdsStorage, maxOtherTypes } from '@atoll/storage'
import { SampleRepo } from '@atoll/storage/testing'
import { type Did, parseDatetime, parseHandle } from '@atoll/syntax'
import { beforeEach, describe, expect, it } from 'vitest'
import { DidLocks } from '../did-locks.ts'
import { BlobQuotas } from './blob-quotas.ts'
import { Blobs } from './blobs.ts'

const did: Did = 'did:plc:alicealicealicealicealic'
const content = new TextEncoder().encode('some text')
const cid = cidOfRaw(content)

let storage: MemoryPdsStorage
let store: MemoryBlobStore
let repo: SampleRepo

beforeEach(async () => {
  storage = new MemoryPdsStorage()
  await createAccount()
  store = new MemoryBlobStore()
  repo = new SampleRepo(did)
})

const createAccount = () =>
  storage.transact(did, (tx) =>
    tx.accounts.create({
      did,
      handle: parseHandle('alice.test'),
      email: 'alice@example.com',
      createdAt: parseDatetime('2026-01-01T00:00:00.000Z'),
    }),
  )

/** A service on what is stored. A second one stands for a restart after a crash. */
const service = (over: Partial<BlobStore> = {}, index: typeof storage = storage) => {
  const failures: unknown[] = []
  const lost: string[] = []
  const bytes = new Proxy<BlobStore>(store, {
    get: (target, name) => {
      const member = over[name as keyof BlobStore] ?? target[name as keyof BlobStore]
      return member.bind(target as never)
    },
  })
  const blobs = new Blobs({
    storage: index,
    store: bytes,
    locks: new DidLocks(),
    uploadLimit: 1000,
    quotas: new BlobQuotas({ storage, quota: undefined }),
    onError: (error) => failures.push(error),
    onLost: (_, cid) => lost.push(`${cid}`),
  })
  return { blobs, failures, lost }
}
const stop = () => Promise.reject(new Error('stopped'))
const upload = (blobs: Blobs, type = 'text/plain') => blobs.upload(did, chunks(), { type })
/** A record that refers to a blob, whether or not it is there: as an import brings it. */
const importRecord = async (blob: BlobRef, rkey: string) => {
  const change = repo.commit({ [`a.b.c/${rkey}`]: { blob } }, { [`a.b.c/${rkey}`]: [blob.ref] })
  await storage.transact(did, (tx) => tx.repo.apply(change))
}
const refer = async (blobs: Blobs, blob: BlobRef, rkey: string) => {
  await blobs.claim(did, [blob])
  await importRecord(blob, rkey)
}
const remove = (rkey: string) => storage.transact(did, (tx) => tx.repo.apply(repo.commit({ [`a.b.c/${rkey}`]: null })))
const find = (blobs: Blobs) => blobs.find(did, cid, { takendown: false })
const read = async (blobs: Blobs) => (await blobs.open(did, await find(blobs))).size
const notFound = { error: 'BlobNotFound' }

describe('an upload that arrives while its account is deleted', () => {
  const refused = { error: 'AccountNotFound' }
  /** The bytes are here, and then this happens. */
  const interrupted = (meanwhile: () => Promise<unknown>) =>
    service({
      async upload(...upload) {
        const uploaded = await store.upload(...upload)
        await meanwhile()
        return uploaded
      },
    }).blobs
  const remove = () => storage.transact(did, (tx) => tx.accounts.delete(did))

  it('is refused, and leaves neither a row nor bytes', async () => {
    await expect(upload(interrupted(remove))).rejects.toMatchObject(refused)
    expect(await storage.blobs.get(did, cid)).toBeUndefined()
    expect(await store.size(did, cid)).toBeUndefined()
    await expect(store.makePermanent(did, [cid])).rejects.toThrow()
  })

  it('belongs to the account that has come back under its DID by then', async () => {
    await upload(interrupted(() => remove().then(createAccount)))
    expect(await storage.blobs.get(did, cid)).toMatchObject({ temporary: true })
    await store.makePermanent(did, [cid])
  })
})

describe('an upload that arrives while the same bytes are taken down', () => {
  it('is refused, however late the takedown comes', async () => {
    const overtaken: typeof storage = Object.create(storage, {
      transact: {
        async value(...transaction: Parameters<typeof storage.transact>) {
          await storage.transact(did, (tx) => tx.blobs.setTakedown(did, cid, 'report'))
          return storage.transact(...transaction)
        },
      },
    })
    await expect(upload(service({}, overtaken).blobs)).rejects.toMatchObject({
      error: 'InvalidRequest',
      message: 'Blob has been takendown, cannot re-upload',
    })
    expect(await storage.blobs.get(did, cid)).toBeUndefined()
  })
})

describe('blobs that lost their last reference', () => {
  const pendingDeletion = async () => (await storage.blobs.pendingDeletion({ limit: 9 })).map((blob) => `${blob.cid}`)

  it('are gone, index and bytes, and nothing is noted of them', async () => {
    const { blobs, failures } = service()
    await refer(blobs, await upload(blobs), 'one')
    await remove('one')
    blobs.collect(did)
    await blobs.settled()
    expect(failures).toEqual([])
    expect(await store.size(did, cid)).toBeUndefined()
    expect(await storage.blobs.get(did, cid)).toBeUndefined()
    expect(await pendingDeletion()).toEqual([])
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
    expect(await pendingDeletion()).toEqual([`${cid}`])
    await service().blobs.sweep()
    expect(await store.size(did, cid)).toBeUndefined()
    expect(await pendingDeletion()).toEqual([])
  })

  it('are kept when they were uploaded again before that sweep, whether or not a record refers to them yet', async () => {
    for (const isReferred of [false, true]) {
      const stopped = service({ delete: stop }).blobs
      await refer(stopped, await upload(stopped), 'one')
      await remove('one')
      stopped.collect(did)
      await stopped.settled()
      expect(await pendingDeletion()).toEqual([`${cid}`])
      const { blobs } = service()
      const again = await upload(blobs)
      if (isReferred) await refer(blobs, again, 'two')
      await blobs.sweep()
      expect(await pendingDeletion()).toEqual([])
      if (!isReferred) await refer(blobs, again, 'two')
      expect(await read(blobs)).toBe(content.length)
      await remove('two')
      blobs.collect(did)
      await blobs.settled()
      expect(await store.size(did, cid)).toBeUndefined()
    }
  })
})

describe('blobs whose bytes are lost', () => {
  const lose = () => store.delete(did, [cid])

  it('are whole again when the same bytes are uploaded, with one report for each loss', async () => {
    const { blobs, lost } = service()
    await refer(blobs, await upload(blobs), 'one')
    for (let losses = 1; losses < 3; losses++) {
      await lose()
      for (let reads = 0; reads < 3; reads++) await expect(read(blobs)).rejects.toMatchObject(notFound)
      expect(lost).toHaveLength(losses)
      await upload(blobs)
      expect(await read(blobs)).toBe(content.length)
    }
    expect(lost).toEqual([`${cid}`, `${cid}`])
    expect(await store.sweep({ before: new Date(Date.now() + 1000) })).toBe(0)
  })

  it('are reported, and whole again, when their size is wrong', async () => {
    const { blobs, lost } = service()
    await refer(blobs, await upload(blobs), 'one')
    const short = service({ get: async () => ({ size: 3, bytes: chunks() }) })
    await expect(read(short.blobs)).rejects.toMatchObject(notFound)
    expect(short.lost).toEqual([`${cid}`])
    await upload(short.blobs)
    expect(await read(blobs)).toBe(content.length)
    expect(lost).toEqual([])
  })

  it('can be uploaded again before and after a record refers to them', async () => {
    const { blobs } = service()
    const blob = await upload(blobs)
    await store.deleteAll(did)
    await expect(refer(blobs, blob, 'one')).rejects.toMatchObject(notFound)
    await refer(blobs, await upload(blobs), 'one')
    expect(await read(blobs)).toBe(content.length)
  })

  it('are found among the uploads, where an older folder of blobs has them', async () => {
    const { blobs, lost } = service()
    await refer(blobs, await upload(blobs), 'one')
    await lose()
    await store.upload(did, chunks())
    expect(await read(blobs)).toBe(content.length)
    expect(lost).toEqual([])
  })

  it('are not reported when their record is deleted while they are being read', async () => {
    const { blobs, lost } = service()
    await refer(blobs, await upload(blobs), 'one')
    const reader = service({
      get: async () => {
        await remove('one')
        blobs.collect(did)
        await blobs.settled()
        return undefined
      },
    })
    await expect(read(reader.blobs)).rejects.toMatchObject(notFound)
    expect([...reader.lost, ...lost]).toEqual([])
  })

  it('are not restored when they were taken down', async () => {
    const { blobs } = service()
    await refer(blobs, await upload(blobs), 'one')
    await storage.transact(did, (tx) => tx.blobs.setTakedown(did, cid, 'because'))
    for (const isLost of [false, true]) {
      if (isLost) await lose()
      await expect(upload(blobs)).rejects.toMatchObject({ message: 'Blob has been takendown, cannot re-upload' })
      expect((await store.get(did, cid)) === undefined).toBe(isLost)
    }
  })

  it('leave nothing behind when their last record is deleted while they are uploaded again', async () => {
    const { blobs } = service({
      makePermanent: async (owner, cids) => {
        if (isDeleting) {
          await remove('one')
          blobs.collect(did)
          for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate)
        }
        await store.makePermanent(owner, cids)
      },
    })
    let isDeleting = false
    await refer(blobs, await upload(blobs), 'one')
    isDeleting = true
    await upload(blobs)
    await blobs.settled()
    expect(await storage.blobs.get(did, cid)).toBeUndefined()
    expect(await store.get(did, cid)).toBeUndefined()
  })
})

describe('blobs that are uploaded after their records', () => {
  const blob: BlobRef = { $type: 'blob', ref: cid, mimeType: 'text/vtt', size: content.length }

  it('are served at once, and no longer missing', async () => {
    const { blobs } = service()
    await importRecord(blob, 'one')
    expect(await storage.blobs.missing(did, { limit: 9 })).toHaveLength(1)
    await expect(read(blobs)).rejects.toMatchObject(notFound)
    await upload(blobs)
    expect(await storage.blobs.missing(did, { limit: 9 })).toEqual([])
    expect(await storage.blobs.counts(did)).toEqual({ expected: 1, imported: 1 })
    expect(await read(blobs)).toBe(content.length)
    expect(await store.sweep({ before: new Date(Date.now() + 1000) })).toBe(0)
  })

  it('may be referred to as their records do, even where that differs from the upload', async () => {
    const { blobs } = service()
    const odd = { ...blob, size: 3 }
    await importRecord(odd, 'one')
    await upload(blobs, 'text/plain')
    await refer(blobs, odd, 'one')
    await refer(blobs, { ...blob, mimeType: 'text/plain' }, 'two')
    await expect(blobs.claim(did, [blob])).rejects.toMatchObject({ error: 'InvalidMimeType' })
    await expect(blobs.claim(did, [{ ...odd, mimeType: 'text/plain' }])).rejects.toMatchObject({ error: 'InvalidSize' })
    await remove('one')
    await expect(blobs.claim(did, [odd])).rejects.toMatchObject({ error: 'InvalidMimeType' })
  })

  it('are looked up in a bounded number of bytes of records', async () => {
    const { blobs } = service()
    const reads: string[] = []
    const large = Object.fromEntries(
      Array.from({ length: 9 }, (_, n) => [`a.b.c/k${n}`, { blob, n, text: 'x'.repeat(900_000) }]),
    )
    const change = repo.commit(large, Object.fromEntries(Object.keys(large).map((path) => [path, [cid]])))
    await storage.transact(did, (tx) => tx.repo.apply(change))
    await upload(blobs, 'text/plain')
    const get = storage.records.get.bind(storage.records)
    storage.records.get = async (owner, collection, rkey) => {
      reads.push(rkey)
      return get(owner, collection, rkey)
    }
    const other = { ...blob, mimeType: 'text/css' }
    await expect(blobs.claim(did, [other])).rejects.toMatchObject({ error: 'InvalidMimeType' })
    await blobs.claim(did, [blob, blob, blob])
    expect(reads).toEqual(['k0', 'k1', 'k2', 'k3', 'k4', 'k0'])
  })
})

describe('blobs that are uploaded with several types', () => {
  const types = ['text/plain', 'text/vtt', 'text/css']

  it('may be referred to by any of them and by no other, whether or not a record refers to them', async () => {
    const { blobs } = service()
    for (const isReferred of [false, true]) {
      const uploaded: BlobRef[] = []
      for (const type of types) uploaded.push(await upload(blobs, type))
      expect(uploaded.map(({ mimeType }) => mimeType)).toEqual(types)
      if (isReferred) for (const blob of uploaded) await refer(blobs, blob, blob.mimeType.replace('/', '.'))
      await blobs.claim(did, uploaded)
      for (const wrong of [
        { mimeType: 'text/html', error: 'InvalidMimeType' },
        { mimeType: 'text/vtt', size: 1, error: 'InvalidMimeType' },
        { size: 1, error: 'InvalidSize' },
      ]) {
        const { error, ...changes } = wrong
        await expect(blobs.claim(did, [{ ...uploaded[0]!, ...changes }])).rejects.toMatchObject({ error })
      }
    }
    expect((await find(blobs)).mimeType).toBe('text/plain')
  })

  it('have the type of the next upload once they were deleted', async () => {
    const { blobs } = service()
    for (const type of types) await refer(blobs, await upload(blobs, type), type.replace('/', '.'))
    for (const type of types) await remove(type.replace('/', '.'))
    blobs.collect(did)
    await blobs.settled()
    const blob = await upload(blobs, 'text/html')
    await refer(blobs, blob, 'one')
    expect((await find(blobs)).mimeType).toBe('text/html')
    await expect(blobs.claim(did, [{ ...blob, mimeType: 'text/vtt' }])).rejects.toMatchObject({
      error: 'InvalidMimeType',
    })
  })

  it('get references with the first type when there are too many: a record may hold every reference returned', async () => {
    const { blobs } = service()
    const answers: BlobRef[] = []
    for (let n = 0; n <= maxOtherTypes + 1; n++) answers.push(await upload(blobs, `text/${n}`))
    await blobs.claim(did, answers)
    expect(answers.at(-1)?.mimeType).toBe('text/0')
    expect(answers.at(-2)?.mimeType).toBe(`text/${maxOtherTypes}`)
  })
})

async function* chunks(): AsyncIterable<Uint8Array> {
  yield content
}
