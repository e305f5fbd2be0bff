import type { Cid } from '@atoll/data-model'
import type { Did } from '@atoll/syntax'
import { expect } from 'vitest'
import { alice, blobCid, bob, rev, time } from '../core/samples.ts'
import type { StorageOf } from '../core/storage.ts'
import { describeRules, type Exceptions, type OpenStorage, storageForEach } from '../core/suite.ts'
import type { RepoPart } from '../repos/repo-store.ts'
import { SampleRepo } from '../repos/sample-repo.ts'
import type { BlobPart } from './blob-index.ts'
import { maxOtherTypes } from './blob-index.ts'

type Parts = BlobPart & RepoPart

const cat = blobCid('cat')
const dog = blobCid('dog')
const fish = blobCid('fish')
const late = time(1000)

/** The rules of `BlobIndex` and `BlobIndexWrites`. */
export function blobIndexSuite(name: string, open: OpenStorage<Parts>, except: Exceptions = {}): void {
  describeRules(`${name}: blobs`, except, (rule) => {
    const { fresh } = storageForEach(open)

    rule('returns undefined for a blob that was not uploaded by the account', async () => {
      const storage = await fresh()
      await upload(storage, alice, cat)
      expect(await storage.blobs.get(alice, dog)).toBeUndefined()
      expect(await storage.blobs.get(bob, cat)).toBeUndefined()
    })

    rule('keeps an upload temporary and unlisted until a record refers to it', async () => {
      const storage = await fresh()
      await upload(storage, alice, cat)
      expect(await storage.blobs.get(alice, cat)).toMatchObject({
        mimeType: 'image/png',
        size: 5,
        createdAt: time(1),
        temporary: true,
        takedown: undefined,
      })
      expect(await storage.blobs.list(alice, { limit: 9 })).toEqual([])
      await refer(storage, new SampleRepo(alice), { 'a.b.c/one': [cat] })
      expect(await storage.blobs.get(alice, cat)).toMatchObject({ temporary: false })
      expect(texts(await storage.blobs.list(alice, { limit: 9 }))).toEqual(texts([cat]))
    })

    rule('treats an upload that a record already refers to as permanent', async () => {
      const storage = await fresh()
      await refer(storage, new SampleRepo(alice), { 'a.b.c/one': [cat] })
      await upload(storage, alice, cat)
      expect(await storage.blobs.get(alice, cat)).toMatchObject({ temporary: false })
      expect(await storage.blobs.unreferenced({ createdBefore: late, limit: 9 })).toEqual([])
    })

    rule('lists each referenced blob once, ascending by CID bytes, in pages', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      await refer(storage, repo, { 'a.b.c/one': [cat, dog], 'a.b.c/two': [dog, fish] })
      const sorted = [cat, dog, fish].sort(byBytes)
      expect(texts(await storage.blobs.list(alice, { limit: 9 }))).toEqual(texts(sorted))
      const first = await storage.blobs.list(alice, { limit: 2 })
      expect(texts(first)).toEqual(texts(sorted.slice(0, 2)))
      expect(texts(await storage.blobs.list(alice, { limit: 2, cursor: first[1]! }))).toEqual(texts(sorted.slice(2)))
      expect(await storage.blobs.list(bob, { limit: 2 })).toEqual([])
    })

    rule('lists the blobs that commits newer than a rev refer to', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      await refer(storage, repo, { 'a.b.c/one': [cat] })
      await refer(storage, repo, { 'a.b.c/two': [dog] })
      expect(texts(await storage.blobs.list(alice, { limit: 9, since: rev(1) }))).toEqual(texts([dog]))
      expect(await storage.blobs.list(alice, { limit: 9, since: rev(2) })).toEqual([])
    })

    rule('lists the records that refer to a blob', async () => {
      const storage = await fresh()
      await refer(storage, new SampleRepo(alice), { 'a.b.c/one': [cat], 'a.b.c/two': [cat, dog] })
      const after = { collection: 'a.b.c', rkey: 'one' }
      const rest = await storage.blobs.references(alice, cat, { limit: 9, after })
      expect(rest.map(({ rkey }) => rkey)).toEqual(['two'])
      const paths = (await storage.blobs.references(alice, cat, { limit: 9 })).map(
        ({ collection, rkey }) => `${collection}/${rkey}`,
      )
      expect(paths).toEqual(['a.b.c/one', 'a.b.c/two'])
      expect(await storage.blobs.references(alice, cat, { limit: 1 })).toMatchObject([{ rkey: 'one' }])
      expect(await storage.blobs.references(alice, fish, { limit: 9 })).toEqual([])
    })

    rule(
      'drops the references of replaced and deleted records, and keeps those that the new value repeats',
      async () => {
        const storage = await fresh()
        const repo = new SampleRepo(alice)
        await refer(storage, repo, { 'a.b.c/one': [cat, dog], 'a.b.c/two': [fish] })
        await refer(storage, repo, { 'a.b.c/one': [dog] })
        await storage.transact(alice, (tx) => tx.repo.apply(repo.commit({ 'a.b.c/two': null })))
        expect(texts(await storage.blobs.list(alice, { limit: 9 }))).toEqual(texts([dog]))
      },
    )

    rule('lists a blob as unreferenced as soon as it has lost its last reference', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      await upload(storage, alice, cat)
      await refer(storage, repo, { 'a.b.c/one': [cat], 'a.b.c/two': [cat] })
      const offered = async () => await storage.blobs.unreferenced({ did: alice, createdBefore: time(0), limit: 9 })
      await storage.transact(alice, (tx) => tx.repo.apply(repo.commit({ 'a.b.c/one': null })))
      expect(await offered()).toEqual([])
      await storage.transact(alice, (tx) => tx.repo.apply(repo.commit({ 'a.b.c/two': null })))
      expect(await offered()).toMatchObject([{ did: alice, temporary: false }])
    })

    rule('keeps a blob that one commit takes from one record and gives to another', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      await upload(storage, alice, cat)
      await refer(storage, repo, { 'a.b.c/one': [cat] })
      const change = repo.commit({ 'a.b.c/one': null, 'a.b.c/two': {} }, { 'a.b.c/two': [cat] })
      await storage.transact(alice, (tx) => tx.repo.apply(change))
      expect(await storage.blobs.unreferenced({ createdBefore: late, limit: 9 })).toEqual([])
    })

    rule('lists temporary uploads as unreferenced only if they are older than the given time', async () => {
      const storage = await fresh()
      await upload(storage, alice, cat, 10)
      await upload(storage, bob, dog, 20)
      const before = async (n: number) =>
        (await storage.blobs.unreferenced({ createdBefore: time(n), limit: 9 })).map(({ did }) => did)
      expect(await before(10)).toEqual([])
      expect(await before(11)).toEqual([alice])
      expect(await before(21)).toEqual([alice, bob])
      expect(await storage.blobs.unreferenced({ createdBefore: late, limit: 1 })).toHaveLength(1)
      expect(await storage.blobs.unreferenced({ did: bob, createdBefore: late, limit: 9 })).toMatchObject([
        { did: bob },
      ])
    })

    rule('marks unreferenced blobs, and keeps those that a record refers to or that are too recent', async () => {
      const storage = await fresh()
      await upload(storage, alice, cat, 10)
      await upload(storage, alice, dog, 10)
      await upload(storage, alice, fish, 30)
      await refer(storage, new SampleRepo(alice), { 'a.b.c/one': [dog] })
      await storage.transact(alice, (tx) =>
        tx.blobs.markUnreferenced(alice, [cat, dog, fish, blobCid('never')], time(20)),
      )
      expect(await storage.blobs.get(alice, cat)).toBeUndefined()
      expect(await storage.blobs.get(alice, dog)).toBeDefined()
      expect(await storage.blobs.get(alice, fish)).toBeDefined()
    })

    rule('lists blobs pending deletion, by account, until they are confirmed as deleted', async () => {
      const storage = await fresh()
      const pending = async (limit = 9) =>
        (await storage.blobs.pendingDeletion({ limit })).map(({ did, cid }) => `${did} ${cid}`)
      for (const did of [bob, alice]) for (const cid of [cat, dog, fish]) await upload(storage, did, cid, 10)
      await refer(storage, new SampleRepo(alice), { 'a.b.c/one': [dog] })
      expect(await pending()).toEqual([])
      for (const did of [bob, alice]) {
        await storage.transact(did, (tx) =>
          tx.blobs.markUnreferenced(did, [cat, dog, fish, blobCid('never')], time(20)),
        )
      }
      const ofAlice = [cat, fish].sort(byBytes).map((cid) => `${alice} ${cid}`)
      const ofBob = [cat, dog, fish].sort(byBytes).map((cid) => `${bob} ${cid}`)
      expect(alice < bob).toBe(true)
      expect(await pending()).toEqual([...ofAlice, ...ofBob])
      for (const limit of [2, 3]) expect(await pending(limit)).toEqual([...ofAlice, ...ofBob].slice(0, limit))
      await upload(storage, bob, cat, 30)
      await storage.transact(bob, (tx) => tx.blobs.markUnreferenced(bob, [cat], late))
      expect(await pending()).toEqual([...ofAlice, ...ofBob])
      await storage.transact(bob, (tx) => tx.blobs.confirmDeleted(bob, [cat, dog, blobCid('never')]))
      expect(await pending()).toEqual([...ofAlice, `${bob} ${fish}`])
      expect(await storage.blobs.get(alice, dog)).toBeDefined()
    })

    rule('renews the time of a repeated upload', async () => {
      const storage = await fresh()
      await upload(storage, alice, cat, 10)
      await upload(storage, alice, cat, 20)
      expect(await storage.blobs.get(alice, cat)).toMatchObject({ createdAt: time(20) })
    })

    rule(
      'keeps the type of the first upload, and notes the others once each, whether or not a record refers',
      async () => {
        for (const isReferred of [false, true]) {
          const storage = await fresh()
          await upload(storage, alice, cat)
          if (isReferred) await refer(storage, new SampleRepo(alice), { 'a.b.c/one': [cat] })
          expect(await storage.blobs.otherTypes(alice, cat)).toEqual([])
          for (const type of ['text/vtt', 'image/png', 'text/plain', 'text/vtt']) {
            await upload(storage, alice, cat, 2, type)
          }
          expect(await storage.blobs.get(alice, cat)).toMatchObject({ mimeType: 'image/png', temporary: !isReferred })
          expect(await storage.blobs.otherTypes(alice, cat)).toEqual(['text/plain', 'text/vtt'])
          expect(await storage.blobs.otherTypes(alice, dog)).toEqual([])
          expect(await storage.blobs.otherTypes(bob, cat)).toEqual([])
        }
      },
    )

    rule('notes a bounded number of other types', async () => {
      const storage = await fresh()
      await upload(storage, alice, cat)
      const types = Array.from({ length: maxOtherTypes + 1 }, (_, n) => `text/${String(n).padStart(2, '0')}`)
      for (const type of types) await upload(storage, alice, cat, 1, type)
      expect(await storage.blobs.otherTypes(alice, cat)).toEqual(types.slice(0, maxOtherTypes))
    })

    rule('forgets the types of a blob with the blob: the next upload is the first again', async () => {
      const storage = await fresh()
      for (const type of ['text/plain', 'text/vtt']) await upload(storage, alice, cat, 1, type)
      await upload(storage, bob, cat, 1)
      await upload(storage, bob, cat, 1, 'text/vtt')
      await storage.transact(alice, (tx) => tx.blobs.markUnreferenced(alice, [cat], late))
      await upload(storage, alice, cat, 1, 'text/css')
      expect(await storage.blobs.get(alice, cat)).toMatchObject({ mimeType: 'text/css' })
      expect(await storage.blobs.otherTypes(alice, cat)).toEqual([])
      expect(await storage.blobs.otherTypes(bob, cat)).toEqual(['text/vtt'])
    })

    rule('lists the uploads of a deleted repository as unreferenced', async () => {
      const storage = await fresh()
      await upload(storage, alice, cat)
      await refer(storage, new SampleRepo(alice), { 'a.b.c/one': [cat] })
      await storage.transact(alice, (tx) => tx.repo.delete(alice))
      expect(await storage.blobs.list(alice, { limit: 9 })).toEqual([])
      expect(await storage.blobs.unreferenced({ createdBefore: time(0), limit: 9 })).toMatchObject([{ did: alice }])
    })

    rule('lists each missing blob with one record that refers to it, in pages', async () => {
      const storage = await fresh()
      await upload(storage, alice, dog)
      await refer(storage, new SampleRepo(alice), { 'a.b.c/one': [cat, dog], 'a.b.c/two': [fish, cat] })
      const sorted = [cat, fish].sort(byBytes)
      const missing = await storage.blobs.missing(alice, { limit: 9 })
      expect(texts(missing.map((reference) => reference.cid))).toEqual(texts(sorted))
      expect(missing.every((reference) => reference.collection === 'a.b.c')).toBe(true)
      const second = await storage.blobs.missing(alice, { limit: 9, cursor: sorted[0]! })
      expect(texts(second.map((reference) => reference.cid))).toEqual(texts(sorted.slice(1)))
      expect(await storage.blobs.missing(alice, { limit: 1 })).toHaveLength(1)
    })

    rule('counts the blobs referred to and those uploaded', async () => {
      const storage = await fresh()
      await upload(storage, alice, dog)
      await upload(storage, alice, blobCid('unused'))
      await refer(storage, new SampleRepo(alice), { 'a.b.c/one': [cat, dog], 'a.b.c/two': [dog] })
      expect(await storage.blobs.counts(alice)).toEqual({ expected: 2, imported: 1 })
      expect(await storage.blobs.counts(bob)).toEqual({ expected: 0, imported: 0 })
    })

    rule('keeps a takedown through deletion, and takes no new upload, until it is lifted', async () => {
      const storage = await fresh()
      const refused = { name: 'ConflictError', field: 'blobTakedown' }
      await storage.transact(alice, (tx) => tx.blobs.setTakedown(alice, cat, 'report 1'))
      expect(await storage.blobs.takedown(alice, cat)).toBe('report 1')
      await expect(upload(storage, alice, cat)).rejects.toMatchObject(refused)
      expect(await storage.blobs.get(alice, cat)).toBeUndefined()
      await upload(storage, bob, cat)
      await storage.transact(alice, (tx) => tx.blobs.setTakedown(alice, cat, undefined))
      await upload(storage, alice, cat)
      await storage.transact(alice, (tx) => tx.blobs.setTakedown(alice, cat, 'report 1'))
      await expect(upload(storage, alice, cat, 2)).rejects.toMatchObject(refused)
      expect(await storage.blobs.get(alice, cat)).toMatchObject({ takedown: 'report 1' })
      await storage.transact(alice, (tx) => tx.blobs.setTakedown(alice, cat, 'report 2'))
      await storage.transact(alice, (tx) => tx.blobs.markUnreferenced(alice, [cat], late))
      expect(await storage.blobs.takedown(alice, cat)).toBe('report 2')
      expect(await storage.blobs.takedown(bob, cat)).toBeUndefined()
      await storage.transact(alice, (tx) => tx.blobs.setTakedown(alice, cat, undefined))
      expect(await storage.blobs.takedown(alice, cat)).toBeUndefined()
      await upload(storage, alice, cat)
    })

    rule('lists what is taken down of an account between two blobs', async () => {
      const storage = await fresh()
      const [one, two, three, four] = ['1', '2', '3', '4'].map(blobCid).sort(byBytes) as [Cid, Cid, Cid, Cid]
      await storage.transact(alice, (tx) => {
        for (const cid of [three, one, four]) tx.blobs.setTakedown(alice, cid, 'report')
        tx.blobs.setTakedown(bob, two, 'report')
      })
      const between = async (first: Cid, last: Cid) => texts(await storage.blobs.takendown(alice, { first, last }))
      expect(await between(one, three)).toEqual(texts([one, three]))
      expect(await between(two, two)).toEqual([])
      expect(await between(four, four)).toEqual(texts([four]))
    })
  })
}

async function upload(storage: StorageOf<Parts>, did: Did, cid: Cid, at = 1, mimeType = 'image/png'): Promise<void> {
  await storage.transact(did, (tx) => tx.blobs.add(did, { cid, mimeType, size: 5, createdAt: time(at) }))
}

async function refer(storage: StorageOf<Parts>, repo: SampleRepo, blobs: { [path: string]: Cid[] }): Promise<void> {
  const writes = Object.fromEntries(Object.entries(blobs).map(([path, cids]) => [path, { path, blobs: [...cids] }]))
  await storage.transact(repo.did, (tx) => tx.repo.apply(repo.commit(writes, blobs)))
}

function byBytes(a: Cid, b: Cid): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0
}

function texts(cids: readonly Cid[]): string[] {
  return cids.map(String)
}
