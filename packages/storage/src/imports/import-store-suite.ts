import { type Block, blockOf, type Cid } from '@atoll/data-model'
import { parseNsid } from '@atoll/syntax'
import { expect } from 'vitest'
import type { BlobPart } from '../blobs/blob-index.ts'
import { alice, blobCid, bob, collect, hex, rev, time } from '../core/samples.ts'
import type { StorageOf } from '../core/storage.ts'
import { describeRules, type Exceptions, type OpenStorage, storageForEach } from '../core/suite.ts'
import type { RecordPart } from '../records/record-store.ts'
import type { RepoPart } from '../repos/repo-store.ts'
import { commit, manyRecords, SampleRepo, splitPath, type Writes } from '../repos/sample-repo.ts'
import type { Adoption, ImportBatch, ImportPart, RepoImport } from './import-store.ts'

type Parts = RepoPart & RecordPart & BlobPart & ImportPart
type Storage = StorageOf<Parts>

/** The rules of `ImportStore` and `ImportWrites`. */
export function importStoreSuite(name: string, open: OpenStorage<Parts>, except: Exceptions = {}): void {
  describeRules(`${name}: imports`, except, (rule) => {
    const { fresh, opened } = storageForEach(open)

    rule('puts what was gathered in the place of all that a repository held', async () => {
      const storage = await fresh()
      const repo = await repoWith(storage, { 'a.b.c/old': { n: 0 }, 'a.b.d/old': { n: 1 }, 'a.b.c/kept': { n: 2 } })
      await begin(storage, 'one')
      await gather(storage, 'one', batchOf({ 'a.b.c/kept': { n: 2 } }))
      await gather(storage, 'one', batchOf({ 'a.b.c/new': { n: 3 }, 'x.y.z/new': { n: 4 } }))
      const adoption = await adopt(storage, 'one', repo)
      expect(await storage.repos.head(alice)).toEqual(adoption.head)
      expect(await pathsOf(storage)).toEqual(['a.b.c/kept', 'a.b.c/new', 'x.y.z/new'])
      expect(await storage.repos.counts(alice)).toEqual({ blocks: 4, records: 3 })
      expect(await storage.records.collections(alice, { limit: 9 })).toEqual(['a.b.c', 'x.y.z'])
      expect((await blocksOf(storage)).sort()).toEqual(
        [{ n: 2 }, { n: 3 }, { n: 4 }]
          .map((value) => String(blockOf(value).cid))
          .concat(String(adoption.head.cid))
          .sort(),
      )
    })

    rule('shows nothing of an import before, and has it after a crash', async () => {
      const { storage, reopen } = await opened()
      const repo = await repoWith(storage, { 'a.b.c/old': { n: 0 } })
      await begin(storage, 'one')
      await gather(storage, 'one', batchOf(manyRecords(50), [blockOf({ early: true })]))
      expect(await storage.repos.counts(alice)).toEqual({ blocks: 3, records: 1 })
      expect((await storage.repos.list({ limit: 9 })).items.map(({ did }) => did)).toEqual([alice])
      expect(await storage.repos.block(alice, blockOf({ n: 7 }).cid)).toBeUndefined()
      const again = await reopen()
      expect(await again.imports.startedBefore(time(9), { limit: 9 })).toEqual([importOf('one')])
      expect(hex(await again.imports.block('one', blockOf({ n: 7 }).cid))).toBe(hex(blockOf({ n: 7 }).bytes))
      await adopt(again, 'one', repo)
      expect(await again.repos.counts(alice)).toEqual({ blocks: 51, records: 50 })
    })

    rule('goes on with commits, whose references count on from those of the import', async () => {
      const storage = await fresh()
      const repo = await repoWith(storage, {})
      await begin(storage, 'one')
      const same = { n: 1 }
      await gather(storage, 'one', batchOf({ 'a.b.c/one': same }))
      await gather(storage, 'one', batchOf({ 'a.b.c/two': same }))
      const { head } = await adopt(storage, 'one', repo)
      const { cid } = blockOf(same)
      const next = (removed: Cid[], prev: Cid, n: number) => {
        const block = blockOf({ n, next: true })
        return {
          did: alice,
          prev: { cid: prev },
          head: { ...head, cid: block.cid, rev: rev(n) },
          added: [block],
          removed,
        }
      }
      const first = next([cid], head.cid, 101)
      const deleted = (path: string) => [{ ...splitPath(path), cid: undefined }]
      await storage.transact(alice, (tx) => tx.repo.apply({ ...first, records: deleted('a.b.c/one'), blobs: [] }))
      expect(await storage.repos.block(alice, cid)).toBeDefined()
      const second = next([cid], first.head.cid, 102)
      await storage.transact(alice, (tx) => tx.repo.apply({ ...second, records: deleted('a.b.c/two'), blobs: [] }))
      expect(await storage.repos.block(alice, cid)).toBeUndefined()
    })

    rule('is found by its subjects, and its blocks are newer than what was there', async () => {
      const storage = await fresh()
      const repo = await repoWith(storage, {})
      const before = repo.head!.rev
      await begin(storage, 'one')
      const batch = batchOf({ 'a.b.c/like': { n: 1 } })
      const records = [...batch.records].map((record) => ({ ...record, subject: 'at://one' }))
      await gather(storage, 'one', { ...batch, records })
      await adopt(storage, 'one', repo)
      expect(await storage.records.bySubject(alice, parseNsid('a.b.c'), 'at://one')).toEqual(['like'])
      const snapshot = await storage.repos.snapshot(alice)
      expect(await collect(snapshot!.all({ since: before }))).toHaveLength(2)
      snapshot!.close()
    })

    rule('counts each time that a block comes, in one batch or several', async () => {
      const storage = await fresh()
      const repo = await repoWith(storage, {})
      await begin(storage, 'one')
      const many = manyRecords(40)
      const shared = blockOf({ shared: true })
      const twice = { 'a.b.c/x': { shared: true }, 'a.b.c/y': { shared: true } }
      const { added, early, records, blobs } = batchOf({ ...many, ...twice })
      await gather(storage, 'one', { added, early, records: [], blobs })
      await gather(storage, 'one', { added: [], early, records, blobs })
      await gather(storage, 'one', batchOf({ 'a.b.c/z': { shared: true } }))
      const { head } = await adopt(storage, 'one', repo)
      expect(await storage.repos.counts(alice)).toEqual({ blocks: 42, records: 43 })
      const change = { did: alice, added: [], removed: [shared.cid, shared.cid], records: [], blobs: [] }
      await storage.transact(alice, (tx) => tx.repo.apply({ ...change, prev: head, head }))
      expect(await storage.repos.block(alice, shared.cid)).toBeDefined()
      await storage.transact(alice, (tx) => tx.repo.apply({ ...change, removed: [shared.cid], prev: head, head }))
      expect(await storage.repos.block(alice, shared.cid)).toBeUndefined()
    })

    rule('refuses a record whose block is missing, with all of its batch', async () => {
      const storage = await fresh()
      const repo = await repoWith(storage, {})
      await begin(storage, 'one')
      const { added, ...batch } = batchOf(manyRecords(20))
      await expect(gather(storage, 'one', { ...batch, added: [...added].slice(1) })).rejects.toThrow(
        'without its block',
      )
      await adopt(storage, 'one', repo)
      expect(await storage.repos.counts(alice)).toEqual({ blocks: 1, records: 0 })
    })

    rule('keeps early blocks aside: they are not part of the repository', async () => {
      const storage = await fresh()
      const repo = await repoWith(storage, {})
      await begin(storage, 'one')
      const [needed, unneeded] = [blockOf({ n: 1 }), blockOf({ unneeded: true })]
      await gather(storage, 'one', batchOf({}, [needed, unneeded]))
      expect(hex(await storage.imports.block('one', unneeded.cid))).toBe(hex(unneeded.bytes))
      expect(await storage.imports.block('one', blockOf({ n: 2 }).cid)).toBeUndefined()
      await gather(storage, 'one', batchOf({ 'a.b.c/one': { n: 1 } }))
      await adopt(storage, 'one', repo)
      expect(await storage.repos.counts(alice)).toEqual({ blocks: 2, records: 1 })
      expect(await storage.repos.block(alice, unneeded.cid)).toBeUndefined()
    })

    rule('refuses to replace a repository that has moved on, and changes nothing then', async () => {
      const storage = await fresh()
      const repo = await repoWith(storage, { 'a.b.c/old': { n: 0 } })
      await begin(storage, 'one')
      await gather(storage, 'one', batchOf({ 'a.b.c/new': { n: 1 } }))
      const stale = adoptionOf(repo)
      await commit(storage, repo, { 'a.b.c/later': { n: 5 } })
      const adopting = storage.transact(alice, (tx) => tx.imports.adopt('one', stale))
      await expect(adopting).rejects.toMatchObject({ name: 'ConflictError', field: 'repo' })
      expect(await pathsOf(storage)).toEqual(['a.b.c/later', 'a.b.c/old'])
      await adopt(storage, 'one', repo)
      expect(await pathsOf(storage)).toEqual(['a.b.c/new'])
    })

    rule('lets the newest import of an account alone go on', async () => {
      const storage = await fresh()
      const repo = await repoWith(storage, {})
      await begin(storage, 'one')
      await gather(storage, 'one', batchOf({ 'a.b.c/one': { n: 1 } }))
      await begin(storage, 'two')
      await storage.transact(bob, (tx) => tx.imports.begin({ ...importOf('of bob'), did: bob }))
      const conflict = { name: 'ConflictError', field: 'import' }
      await expect(gather(storage, 'one', batchOf({}))).rejects.toMatchObject(conflict)
      await expect(adopt(storage, 'one', repo)).rejects.toMatchObject(conflict)
      await gather(storage, 'two', batchOf({ 'a.b.c/two': { n: 2 } }))
      await adopt(storage, 'two', repo)
      expect(await pathsOf(storage)).toEqual(['a.b.c/two'])
      await expect(adopt(storage, 'two', repo)).rejects.toMatchObject(conflict)
      expect((await storage.imports.startedBefore(time(9), { limit: 9 })).map(({ id }) => id)).toEqual(['of bob'])
    })

    rule('counts references to blobs anew, and makes uploads that are referred to permanent', async () => {
      const storage = await fresh()
      const [old, both, fromImport, unused, missing] = ['old', 'both', 'import', 'unused', 'missing'].map(blobCid) as [
        Cid,
        Cid,
        Cid,
        Cid,
        Cid,
      ]
      const upload = (cid: Cid) => ({ cid, mimeType: 'image/png', size: 1, createdAt: time(1) })
      await storage.transact(alice, (tx) => {
        for (const cid of [old, both, fromImport, unused]) tx.blobs.add(alice, upload(cid))
      })
      const repo = new SampleRepo(alice)
      const change = repo.commit({ 'a.b.c/old': { n: 0 } }, { 'a.b.c/old': [old, both] })
      await storage.transact(alice, (tx) => tx.repo.apply(change))
      await begin(storage, 'one')
      const path = splitPath('a.b.c/new')
      const blobs = [both, fromImport, missing].map((cid) => ({ cid, ...path }))
      await gather(storage, 'one', { ...batchOf({ 'a.b.c/new': { n: 1 } }), blobs })
      const temporary = (options: { limit: number; cursor?: Cid }) => storage.imports.temporaryBlobs('one', options)
      expect((await temporary({ limit: 9 })).map(String)).toEqual([String(fromImport)])
      expect(await temporary({ limit: 9, cursor: fromImport })).toEqual([])
      await adopt(storage, 'one', repo)
      const uploads = await Promise.all([old, both, fromImport, unused].map((cid) => storage.blobs.get(alice, cid)))
      expect(uploads.map((blob) => blob?.temporary)).toEqual([false, false, false, true])
      const left = await storage.blobs.unreferenced({ did: alice, createdBefore: time(9), limit: 9 })
      expect(left.map(({ cid }) => String(cid)).sort()).toEqual([String(old), String(unused)].sort())
      expect((await storage.blobs.missing(alice, { limit: 9 })).map(({ cid }) => String(cid))).toEqual([
        String(missing),
      ])
      expect(await storage.blobs.counts(alice)).toEqual({ expected: 3, imported: 2 })
      await storage.transact(alice, (tx) => tx.blobs.add(alice, upload(missing)))
      expect((await storage.blobs.get(alice, missing))?.temporary).toBe(false)
    })

    rule('clears what was replaced or discarded, a part at a time, and nothing else', async () => {
      const storage = await fresh()
      const repo = await repoWith(storage, manyRecords(30))
      await begin(storage, 'one')
      await gather(storage, 'one', batchOf(manyRecords(20), [blockOf({ early: true })]))
      await begin(storage, 'two')
      await gather(storage, 'two', batchOf(manyRecords(10)))
      await adopt(storage, 'two', repo)
      let times = 0
      for (; await storage.imports.hasDiscarded(); times++) {
        await storage.transact(alice, (tx) => tx.imports.clear(25))
        if (times > 20) throw new Error('never ends')
      }
      expect(await pathsOf(storage)).toHaveLength(10)
      expect(await storage.repos.counts(alice)).toEqual({ blocks: 11, records: 10 })
      expect(await storage.imports.block('one', blockOf({ n: 15 }).cid)).toBeUndefined()
    })

    rule('ends with its account: nothing is gathered for a repository that was deleted', async () => {
      const storage = await fresh()
      const repo = await repoWith(storage, manyRecords(5))
      await begin(storage, 'one')
      await gather(storage, 'one', batchOf(manyRecords(5), [blockOf({ early: true })]))
      await storage.transact(alice, (tx) => tx.repo.delete(alice))
      const conflict = { name: 'ConflictError', field: 'import' }
      await expect(gather(storage, 'one', batchOf({}))).rejects.toMatchObject(conflict)
      await expect(adopt(storage, 'one', repo)).rejects.toMatchObject(conflict)
      expect(await storage.imports.block('one', blockOf({ n: 1 }).cid)).toBeUndefined()
      expect(await storage.imports.hasDiscarded()).toBe(false)
    })

    rule('forgets an import that is discarded; discarding another is not an error', async () => {
      const storage = await fresh()
      await repoWith(storage, {})
      await begin(storage, 'one')
      await storage.transact(alice, (tx) => tx.imports.discard('none'))
      await storage.transact(alice, (tx) => tx.imports.discard('one'))
      await expect(gather(storage, 'one', batchOf({}))).rejects.toMatchObject({ field: 'import' })
      expect(await storage.imports.startedBefore(time(9), { limit: 9 })).toEqual([])
    })

    rule('lists the oldest imports first', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.imports.begin({ ...importOf('newer'), startedAt: time(2) }))
      await storage.transact(bob, (tx) => tx.imports.begin({ ...importOf('older'), did: bob, startedAt: time(1) }))
      const ids = async (n: number, limit = 9) =>
        (await storage.imports.startedBefore(time(n), { limit })).map(({ id }) => id)
      expect([await ids(2), await ids(3), await ids(3, 1)]).toEqual([['older'], ['older', 'newer'], ['older']])
    })
  })
}

function importOf(id: string): RepoImport {
  return { id, did: alice, rev: rev(100), startedAt: time(1) }
}

async function begin(storage: Storage, id: string): Promise<void> {
  await storage.transact(alice, (tx) => tx.imports.begin(importOf(id)))
}

async function gather(storage: Storage, id: string, batch: ImportBatch): Promise<void> {
  await storage.transact(alice, (tx) => tx.imports.gather(id, batch))
}

function batchOf(writes: Writes, early: readonly Block[] = []): ImportBatch {
  const entries = Object.entries(writes).map(([path, value]) => ({ path, block: blockOf(value) }))
  return {
    added: entries.map(({ block }) => block),
    early,
    records: entries.map(({ path, block }) => ({ ...splitPath(path), cid: block.cid })),
    blobs: [],
  }
}

function adoptionOf({ did, head: prev }: SampleRepo): Adoption {
  const block = blockOf({ commit: 'of the import', over: prev!.cid })
  return { did, prev: prev!, head: { cid: block.cid, rev: rev(100), data: prev!.data }, commit: block }
}

async function adopt(storage: Storage, id: string, repo: SampleRepo): Promise<Adoption> {
  const adoption = adoptionOf(repo)
  await storage.transact(alice, (tx) => tx.imports.adopt(id, adoption))
  return adoption
}

async function repoWith(storage: Storage, writes: Writes): Promise<SampleRepo> {
  const repo = new SampleRepo(alice)
  await commit(storage, repo, writes)
  return repo
}

async function pathsOf(storage: Storage): Promise<string[]> {
  const paths: string[] = []
  for (const collection of await storage.records.collections(alice, { limit: 99 })) {
    for (const { rkey } of await storage.records.list(alice, collection, { limit: 100 })) {
      paths.push(`${collection}/${rkey}`)
    }
  }
  return paths.sort()
}

async function blocksOf(storage: Storage): Promise<string[]> {
  const snapshot = await storage.repos.snapshot(alice)
  try {
    return (await collect(snapshot!.all())).map(({ cid }) => String(cid))
  } finally {
    snapshot!.close()
  }
}
