import { blockOf, type Section, type SectionRun, sectionOf } from '@atoll/data-model'
import { expect } from 'vitest'
import { alice, bob, bytesOf, carol, collect, hex, rev, sameBytes } from '../core/samples.ts'
import { describeRules, type Exceptions, type OpenStorage, storageForEach } from '../core/suite.ts'
import type { RepoPart } from './repo-store.ts'
import { commit, manyRecords, SampleRepo, type Writes } from './sample-repo.ts'

/** The rules of `RepoStore` and `RepoWrites`. */
export function repoStoreSuite(name: string, open: OpenStorage<RepoPart>, except: Exceptions = {}): void {
  describeRules(`${name}: repositories`, except, (rule) => {
    const { fresh, opened } = storageForEach(open)

    rule('returns undefined for what is not there', async () => {
      const { repos } = await fresh()
      const { cid } = blockOf({ text: 'never stored' })
      expect(await repos.head(alice)).toBeUndefined()
      expect(await repos.block(alice, cid)).toBeUndefined()
      expect(await repos.blocks(alice, [cid])).toEqual([])
      expect(repos.blockSource(alice)?.(cid)).toBeUndefined()
      expect(await repos.snapshot(alice)).toBeUndefined()
      expect(await repos.counts(alice)).toEqual({ blocks: 0, records: 0 })
    })

    rule('shows a resolved commit to every later read', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      const change = await commit(storage, repo, { 'a.b.c/one': { text: 'one' } })
      expect((await storage.repos.head(alice))?.cid.equals(change.head.cid)).toBe(true)
      expect((await storage.repos.head(alice))?.data.equals(change.head.data)).toBe(true)
      expect((await storage.repos.head(alice))?.rev).toBe(change.head.rev)
      for (const block of change.added) {
        expect(hex(await storage.repos.block(alice, block.cid))).toBe(hex(block.bytes))
        expect(hex(storage.repos.blockSource(alice)?.(block.cid) ?? block.bytes)).toBe(hex(block.bytes))
      }
    })

    rule('returns blocks in the order asked for, leaving out what it lacks', async () => {
      const storage = await fresh()
      const [first, second, third] = [
        ...(await commit(storage, new SampleRepo(alice), { 'a.b.c/one': { n: 1 } })).added,
      ]
      const asked = [third!.cid, blockOf({ never: 'stored' }).cid, first!.cid, second!.cid, first!.cid]
      const blocks = await storage.repos.blocks(alice, asked)
      expect(blocks.map((block) => `${block.cid}`)).toEqual(
        [third, first, second, first].map((block) => `${block!.cid}`),
      )
    })

    rule('returns the sizes of blocks in the order asked for, and undefined for those it lacks', async () => {
      const storage = await fresh()
      const [first, second] = [...(await commit(storage, new SampleRepo(alice), { 'a.b.c/one': { n: 1 } })).added]
      const asked = [second!.cid, blockOf({ never: 'stored' }).cid, first!.cid]
      const sizes = [second!.bytes.length, undefined, first!.bytes.length]
      expect(await storage.repos.sizes(alice, asked)).toEqual(sizes)
      expect(await storage.repos.sizes(bob, asked)).toEqual([undefined, undefined, undefined])
    })

    rule('keeps the blocks of repositories apart', async () => {
      const storage = await fresh()
      const change = await commit(storage, new SampleRepo(alice), { 'a.b.c/one': { text: 'one' } })
      await commit(storage, new SampleRepo(bob), {})
      for (const block of change.added) expect(await storage.repos.block(bob, block.cid)).toBeUndefined()
    })

    rule('drops a block with its last reference', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      const same = blockOf({ text: 'same' })
      await commit(storage, repo, { 'a.b.c/one': { text: 'same' }, 'a.b.c/two': { text: 'same' } })
      await commit(storage, repo, { 'a.b.c/one': null })
      expect(hex(await storage.repos.block(alice, same.cid))).toBe(hex(same.bytes))
      await commit(storage, repo, { 'a.b.c/two': { text: 'other' } })
      expect(await storage.repos.block(alice, same.cid)).toBeUndefined()
      expect(await storage.repos.counts(alice)).toEqual({ blocks: 3, records: 1 })
    })

    rule('keeps a block that a commit both removes and adds', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      const same = blockOf({ text: 'same' })
      await commit(storage, repo, { 'a.b.c/one': { text: 'same' } })
      await commit(storage, repo, { 'a.b.c/one': null, 'a.b.c/two': { text: 'same' } })
      expect(hex(await storage.repos.block(alice, same.cid))).toBe(hex(same.bytes))
    })

    rule('accepts the removal of a block that is not there', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      const change = repo.commit({})
      await storage.transact(alice, (tx) => tx.repo.apply({ ...change, removed: [blockOf({ never: 1 }).cid] }))
      expect(await storage.repos.counts(alice)).toEqual({ blocks: 2, records: 0 })
    })

    rule('refuses a change that was built on another head', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      const first = await commit(storage, repo, { 'a.b.c/one': { n: 1 } })
      await commit(storage, repo, { 'a.b.c/one': { n: 2 } })
      const late = repo.commit({ 'a.b.c/one': { n: 3 } })
      for (const prev of [undefined, first.head, late.head]) {
        await expect(storage.transact(alice, (tx) => tx.repo.apply({ ...late, prev }))).rejects.toMatchObject({
          name: 'ConflictError',
          field: 'repo',
        })
      }
      expect((await storage.repos.head(alice))?.rev).toBe(rev(2))
    })

    rule('refuses a change to a repository that does not exist', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      const prev = repo.commit({}).head
      const change = { ...repo.commit({}), prev }
      await expect(storage.transact(alice, (tx) => tx.repo.apply(change))).rejects.toMatchObject({ field: 'repo' })
    })

    rule('lets exactly one of several racing changes to one head win', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      await commit(storage, repo, {})
      const head = repo.head
      const rivals = Array.from({ length: 20 }, (_, n) => ({
        ...repo.commit({ [`a.b.c/r${n}`]: { n } }),
        prev: head,
        removed: [],
      }))
      const outcomes = await Promise.allSettled(
        rivals.map((rival) => storage.transact(alice, (tx) => tx.repo.apply(rival))),
      )
      expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
      const winner = rivals[outcomes.findIndex((outcome) => outcome.status === 'fulfilled')]!
      expect((await storage.repos.head(alice))?.cid.equals(winner.head.cid)).toBe(true)
      expect((await storage.repos.counts(alice)).records).toBe(1)
    })

    rule('applies several changes of one transaction one after the other', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      await storage.transact(alice, (tx) => {
        tx.repo.apply(repo.commit({ 'a.b.c/one': { n: 1 } }))
        tx.repo.apply(repo.commit({ 'a.b.c/two': { n: 2 } }))
      })
      expect(await storage.repos.counts(alice)).toEqual({ blocks: 4, records: 2 })
    })

    rule('shows a snapshot as it was, whatever is committed later', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      const change = await commit(storage, repo, { 'a.b.c/one': { n: 1 } })
      const snapshot = (await storage.repos.snapshot(alice))!
      await commit(storage, repo, { 'a.b.c/one': { n: 2 } })
      await storage.transact(alice, (tx) => tx.repo.delete(alice))
      expect(snapshot.head.cid.equals(change.head.cid)).toBe(true)
      expect(keysOf(await collect(snapshot.all()))).toEqual(keysOf(change.added))
      expect(await snapshot.blocks([change.head.cid])).toHaveLength(1)
      snapshot.close()
      snapshot.close()
      expect(await storage.repos.head(alice)).toBeUndefined()
    })

    rule('has the records of a snapshot in the order of the tree, where they can be read synchronously', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      // By code unit, a dot sorts before the slash and a letter after it.
      const collections = [
        'a.b.c',
        'a.b.c-d.e',
        'a.b.c-d.e.f',
        'a.b.c-d.g',
        'a.b.c.d',
        'a.b.c0',
        'a.b.cat',
        'a.b.cat.d',
      ]
      const paths = collections.flatMap((collection) => ['1', 'Z', 'a', 'b'].map((rkey) => `${collection}/${rkey}`))
      const few: Writes = Object.fromEntries(
        paths.map((path, n) => [path, { path, bytes: bytesOf(n === 5 ? 100_000 : 256) }]),
      )
      const many = manyRecords(600)
      await commit(storage, repo, few)
      await commit(storage, repo, { ...many, 'a.b.c/a': null })
      const snapshot = (await storage.repos.snapshot(alice))!
      await commit(storage, repo, { 'a.b.c/later': { n: 1 } })
      const sections: (string | undefined)[] = []
      // Each run is only valid until the next one is requested.
      for (const run of snapshot.sections?.records() ?? []) sections.push(...takenApart(run).map(hex))
      snapshot.close()
      if (!snapshot.sections) return
      const inOrder = Object.entries({ ...few, ...many }).sort(([a], [b]) => (a < b ? -1 : 1))
      const expected = inOrder.filter(([path]) => path !== 'a.b.c/a').map(([, value]) => blockOf(value))
      expect(sections).toEqual(expected.map((block) => hex(sectionOf(block))))
    })

    rule(
      'has blocks of a snapshot at hand, of any length and in any number, each once, and none of others',
      async () => {
        const storage = await fresh()
        const values = [0, 1, 16_000, 16_347, 16_348, 17_000, 300_000].map(bytesOf)
        const change = await commit(storage, new SampleRepo(alice), {
          ...manyRecords(300),
          ...Object.fromEntries(values.map((bytes, n) => [`a.b.long/${n}`, { bytes }])),
        })
        await commit(storage, new SampleRepo(bob), { 'a.b.c/other': { n: 'other' } })
        const snapshot = (await storage.repos.snapshot(alice))!
        const wanted = [...change.added]
        const others = [blockOf({ n: 'other' }).cid, blockOf({ n: 'nowhere' }).cid]
        const cids = [...wanted.map(({ cid }) => cid), ...others]
        const { sections } = snapshot
        const found = sections && [0, 1, 33, cids.length].map((count) => sections.blocks(cids.slice(0, count)).map(hex))
        snapshot.close()
        if (!sections) return
        for (const [index, count] of [0, 1, 33, wanted.length].entries()) {
          expect(found?.[index]?.sort()).toEqual(
            wanted
              .slice(0, count)
              .map((block) => hex(sectionOf(block)))
              .sort(),
          )
        }
      },
    )

    rule('serves several snapshots at a time, and new ones after many were closed', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      for (let round = 0; round < 3; round++) {
        const snapshots = await Promise.all(Array.from({ length: 8 }, () => storage.repos.snapshot(alice)))
        await commit(storage, repo, { 'a.b.c/one': { round } })
        for (const snapshot of snapshots) {
          expect(snapshot?.head.rev).toBe(round === 0 ? undefined : rev(round))
          snapshot?.close()
        }
      }
    })

    rule('returns every block, more than fit in a page', async () => {
      const storage = await fresh()
      const change = await commit(storage, new SampleRepo(alice), manyRecords(1000))
      const snapshot = (await storage.repos.snapshot(alice))!
      expect(keysOf(await collect(snapshot.all()))).toEqual(keysOf(change.added))
      snapshot.close()
    })

    rule('returns the blocks that commits newer than a rev brought', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      await commit(storage, repo, manyRecords(500))
      const second = await commit(storage, repo, { 'a.b.d/two': { n: 'two' } })
      const third = await commit(storage, repo, { 'a.b.d/three': { n: 'three' } })
      const since = async (n: number) => {
        const snapshot = (await storage.repos.snapshot(alice))!
        const keys = keysOf(await collect(snapshot.all({ since: rev(n) })))
        snapshot.close()
        return keys
      }
      expect(await since(3)).toEqual([])
      expect(await since(2)).toEqual(keysOf(third.added))
      const two = blockOf({ n: 'two' })
      expect([...second.added].some((block) => block.cid.equals(two.cid))).toBe(true)
      expect(await since(1)).toEqual(keysOf([two, ...third.added]))
      expect(await since(0)).toHaveLength(500 + 4)
    })

    rule('refuses to continue a list of repositories from a cursor that no listing returned', async () => {
      const storage = await fresh()
      for (const cursor of ['', 'nonsense', '-1', '1.5', '1e3', '9'.repeat(20)]) {
        await expect(storage.repos.list({ limit: 2, cursor })).rejects.toMatchObject({
          name: 'InvalidCursorError',
          cursor,
        })
      }
    })

    rule('pages through the list without a gap or a repetition, deletions in between included', async () => {
      const storage = await fresh()
      for (const did of [alice, bob, carol]) await commit(storage, new SampleRepo(did), {})
      const first = await storage.repos.list({ limit: 2 })
      expect(first.items.map((item) => item.did)).toEqual([alice, bob])
      await storage.transact(bob, (tx) => tx.repo.delete(bob))
      const second = await storage.repos.list({ limit: 2, cursor: first.cursor! })
      expect(second.items.map((item) => item.did)).toEqual([carol])
      expect(second.cursor).toBeUndefined()
    })

    rule('accepts the deletion of a repository that is not there', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.repo.delete(alice))
    })

    rule('keeps large and empty values as they are', async () => {
      const storage = await fresh()
      const large = { bytes: new Uint8Array(3_000_000).fill(7) }
      const change = await commit(storage, new SampleRepo(alice), { 'a.b.c/large': large, 'a.b.c/empty': {} })
      for (const block of change.added) {
        expect(sameBytes(await storage.repos.block(alice, block.cid), block.bytes)).toBe(true)
      }
    })

    rule('keeps committed repositories through a crash', async () => {
      const { storage, reopen } = await opened()
      const repo = new SampleRepo(alice)
      const change = await commit(storage, repo, manyRecords(20))
      const again = await reopen()
      expect((await again.repos.head(alice))?.cid.equals(change.head.cid)).toBe(true)
      expect(await again.repos.counts(alice)).toEqual({ blocks: 22, records: 20 })
      await commit(again, repo, { 'a.b.d/one': { n: 1 } })
      expect((await again.repos.head(alice))?.rev).toBe(rev(2))
    })
  })
}

function takenApart({ bytes, ends }: SectionRun): Section[] {
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

function keysOf(blocks: Iterable<{ cid: { toString(): string } }>): string[] {
  return Array.from(blocks, (block) => `${block.cid}`).sort()
}
