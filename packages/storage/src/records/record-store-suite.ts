import { blockOf, sectionOf } from '@atoll/data-model'
import { type Did, parseNsid, parseRecordKey } from '@atoll/syntax'
import { expect } from 'vitest'
import { alice, bob, bytesOf, carol, hex, rev } from '../core/samples.ts'
import type { StorageOf } from '../core/storage.ts'
import { describeRules, type Exceptions, type OpenStorage, storageForEach } from '../core/suite.ts'
import type { RepoChange } from '../repos/repo-change.ts'
import type { RepoPart } from '../repos/repo-store.ts'
import { commit, manyRecords, SampleRepo } from '../repos/sample-repo.ts'
import type { RecordPart } from './record-store.ts'

type Parts = RecordPart & RepoPart

const post = parseNsid('app.bsky.feed.post')
const like = parseNsid('app.bsky.feed.like')
const key = parseRecordKey

/** The rules of `RecordStore`. */
export function recordStoreSuite(name: string, open: OpenStorage<Parts>, except: Exceptions = {}): void {
  describeRules(`${name}: records`, except, (rule) => {
    const { fresh, opened } = storageForEach(open)

    rule('returns a record with its bytes and the commit that last wrote it', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      await storage.transact(alice, (tx) => tx.repo.apply(repo.commit({ [`${post}/one`]: { text: 'one' } })))
      await storage.transact(alice, (tx) => tx.repo.apply(repo.commit({ [`${post}/two`]: { text: 'two' } })))
      const one = await storage.records.get(alice, post, key('one'))
      const block = blockOf({ text: 'one' })
      expect(one).toMatchObject({ collection: post, rkey: 'one', rev: rev(1) })
      expect(one?.cid.equals(block.cid)).toBe(true)
      expect(hex(one?.bytes)).toBe(hex(block.bytes))
    })

    rule('returns the newest value of a record that was updated', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      await storage.transact(alice, (tx) => tx.repo.apply(repo.commit({ [`${post}/one`]: { n: 1 } })))
      await storage.transact(alice, (tx) => tx.repo.apply(repo.commit({ [`${post}/one`]: { n: 2 } })))
      const one = await storage.records.get(alice, post, key('one'))
      expect(hex(one?.bytes)).toBe(hex(blockOf({ n: 2 }).bytes))
      expect(one?.rev).toBe(rev(2))
    })

    rule('returns undefined for a record of another collection, key or repository, and for a deleted one', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      await storage.transact(alice, (tx) => tx.repo.apply(repo.commit({ [`${post}/one`]: {}, [`${post}/two`]: {} })))
      await storage.transact(alice, (tx) => tx.repo.apply(repo.commit({ [`${post}/two`]: null })))
      expect(await storage.records.get(alice, like, key('one'))).toBeUndefined()
      expect(await storage.records.get(alice, post, key('two'))).toBeUndefined()
      expect(await storage.records.get(alice, post, key('three'))).toBeUndefined()
      expect(await storage.records.get(bob, post, key('one'))).toBeUndefined()
    })

    rule('refuses a record whose block is not stored', async () => {
      const storage = await fresh()
      const change = new SampleRepo(alice).commit({ [`${post}/one`]: { n: 1 } })
      const without = {
        ...change,
        added: [...change.added].filter((block) => !block.cid.equals(blockOf({ n: 1 }).cid)),
      }
      await expect(storage.transact(alice, (tx) => tx.repo.apply(without))).rejects.toThrow('without its block')
      expect(await storage.repos.head(alice)).toBeUndefined()
    })

    rule('accepts a record whose block an earlier commit stored', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      await storage.transact(alice, (tx) => tx.repo.apply(repo.commit({ [`${post}/one`]: { n: 1 } })))
      const { added, ...change } = repo.commit({ [`${post}/one`]: null, [`${post}/two`]: { n: 1 } })
      const same = blockOf({ n: 1 }).cid
      await storage.transact(alice, (tx) =>
        tx.repo.apply({
          ...change,
          added: [...added].filter((block) => !block.cid.equals(same)),
          removed: [...change.removed].filter((cid) => !cid.equals(same)),
        }),
      )
      expect((await storage.records.get(alice, post, key('two')))?.cid.equals(same)).toBe(true)
    })

    rule('lists newest first, which is record keys descending by code unit', async () => {
      const storage = await fresh()
      await withRecords(storage, alice, ['b', 'a', 'B', '_', '~', 'ab', '3jzf', '.x'])
      expect(await keys(storage, { limit: 10 })).toEqual(['~', 'b', 'ab', 'a', '_', 'B', '3jzf', '.x'])
      expect(await keys(storage, { limit: 10, reverse: true })).toEqual(['.x', '3jzf', 'B', '_', 'a', 'ab', 'b', '~'])
    })

    rule('pages by record key, exclusive, in both directions', async () => {
      const storage = await fresh()
      await withRecords(storage, alice, ['a', 'b', 'c', 'd', 'e'])
      expect(await keys(storage, { limit: 2 })).toEqual(['e', 'd'])
      expect(await keys(storage, { limit: 2, cursor: 'd' })).toEqual(['c', 'b'])
      expect(await keys(storage, { limit: 2, cursor: 'b' })).toEqual(['a'])
      expect(await keys(storage, { limit: 2, cursor: 'a' })).toEqual([])
      expect(await keys(storage, { limit: 2, cursor: 'b', reverse: true })).toEqual(['c', 'd'])
      expect(await keys(storage, { limit: 9, cursor: 'cc' })).toEqual(['c', 'b', 'a'])
    })

    rule('lists only the collection asked for, with bytes', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      const writes = { [`${post}/one`]: { n: 1 }, [`${like}/one`]: { n: 2 }, [`${post}s/one`]: { n: 3 } }
      await storage.transact(alice, (tx) => tx.repo.apply(repo.commit(writes)))
      const listed = await storage.records.list(alice, post, { limit: 10 })
      expect(listed).toEqual([{ rkey: 'one', section: sectionOf(blockOf({ n: 1 })) }])
      expect(await storage.records.list(bob, post, { limit: 10 })).toEqual([])
    })

    rule('lists records of any length and any bytes, and any number of them', async () => {
      const storage = await fresh()
      const values = [0, 256, 16_000, 16_347, 16_348, 17_000, 300_000].map((length) => ({ bytes: bytesOf(length) }))
      const repo = new SampleRepo(alice)
      const writes = Object.fromEntries(values.map((value, n) => [`${post}/key${n}`, value]))
      await storage.transact(alice, (tx) => tx.repo.apply(repo.commit(writes)))
      await storage.transact(alice, (tx) => tx.repo.apply(repo.commit({ [`${post}/key1`]: { n: 'new' } })))
      const expected = values.map((value, n) => ({
        rkey: `key${n}`,
        section: hex(sectionOf(blockOf(n === 1 ? { n: 'new' } : value))),
      }))
      for (const limit of [1, 3, 100]) {
        const listed = await storage.records.list(alice, post, { limit, reverse: true })
        const found = listed.map(({ rkey, section }) => ({ rkey, section: hex(section) }))
        expect(found).toEqual(expected.slice(0, limit))
      }
      expect(await storage.records.list(bob, post, { limit: 3 })).toEqual([])
    })

    rule('ends a page once it holds 2 MiB, with one record or more', async () => {
      const storage = await fresh()
      const lengths = [900_000, 900_000, 900_000, 10, 3_000_000, 10, 10, 300_000]
      const repo = new SampleRepo(alice)
      const writes = lengths.map((length, n) => [`${post}/key${n}`, { n, bytes: bytesOf(length) }])
      await storage.transact(alice, (tx) => tx.repo.apply(repo.commit(Object.fromEntries(writes))))
      expect(await pagesOf(storage, { reverse: true })).toEqual([
        ['key0', 'key1', 'key2'],
        ['key3', 'key4'],
        ['key5', 'key6', 'key7'],
      ])
      expect(await pagesOf(storage, { reverse: false })).toEqual([
        ['key7', 'key6', 'key5', 'key4'],
        ['key3', 'key2', 'key1', 'key0'],
      ])
    })

    rule('ends a page once it holds as many bytes as are asked for', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      const lengths = [10, 10, 400_000, 10, 10]
      const writes = lengths.map((length, n) => [`${post}/key${n}`, { n, bytes: bytesOf(length) }])
      await storage.transact(alice, (tx) => tx.repo.apply(repo.commit(Object.fromEntries(writes))))
      const page = async (maxBytes: number) =>
        (await storage.records.list(alice, post, { limit: 10, reverse: true, maxBytes })).map(({ rkey }) => rkey)
      expect(await page(1)).toEqual(['key0'])
      expect(await page(100_000)).toEqual(['key0', 'key1', 'key2'])
      expect(await page(1_000_000)).toEqual(['key0', 'key1', 'key2', 'key3', 'key4'])
    })

    rule('lists the collections that hold a record, ascending', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      const paths = [`${post}/one`, `${post}/two`, `${like}/one`, 'app.bsky.graph.follow/one']
      const writes = Object.fromEntries(paths.map((path) => [path, {}]))
      await storage.transact(alice, (tx) => tx.repo.apply(repo.commit(writes)))
      expect(await storage.records.collections(alice)).toEqual([like, post, 'app.bsky.graph.follow'])
      expect(await storage.records.collections(alice, { limit: 2 })).toEqual([like, post])
      await storage.transact(alice, (tx) =>
        tx.repo.apply(repo.commit({ [`${like}/one`]: null, [`${post}/one`]: null })),
      )
      expect(await storage.records.collections(alice)).toEqual([post, 'app.bsky.graph.follow'])
      expect(await storage.records.collections(bob)).toEqual([])
    })

    rule('keeps a collection whose last record one commit deletes and replaces by another', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      await storage.transact(alice, (tx) => tx.repo.apply(repo.commit({ [`${post}/one`]: {} })))
      await storage.transact(alice, (tx) => tx.repo.apply(repo.commit({ [`${post}/two`]: {}, [`${post}/one`]: null })))
      expect(await storage.records.collections(alice)).toEqual([post])
    })

    rule('finds the records of a collection with a subject, by its exact text, ascending', async () => {
      const storage = await fresh()
      const subjects = {
        [`${like}/b`]: 'at://x',
        [`${like}/a`]: 'at://x',
        [`${like}/c`]: 'at://X',
        [`${post}/a`]: 'at://x',
      }
      await storage.transact(alice, (tx) => tx.repo.apply(pointing(new SampleRepo(alice), subjects)))
      await storage.transact(bob, (tx) => tx.repo.apply(pointing(new SampleRepo(bob), { [`${like}/z`]: 'at://x' })))
      expect(await storage.records.bySubject(alice, like, 'at://x')).toEqual(['a', 'b'])
      expect(await storage.records.bySubject(alice, like, 'at://X')).toEqual(['c'])
      expect(await storage.records.bySubject(alice, post, 'at://x')).toEqual(['a'])
      expect(await storage.records.bySubject(alice, like, '')).toEqual([])
      expect(await storage.records.bySubject(carol, like, 'at://x')).toEqual([])
    })

    rule('forgets the subject of a record when it is written again or deleted', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      const paths = ['moved', 'bare', 'gone', 'kept'].map((rkey) => `${like}/${rkey}`)
      const [moved, bare, gone, kept] = paths as [string, string, string, string]
      const subjects = Object.fromEntries(paths.map((path) => [path, 'at://x']))
      await storage.transact(alice, (tx) => tx.repo.apply(pointing(repo, subjects)))
      await storage.transact(alice, (tx) =>
        tx.repo.apply(pointing(repo, { [moved]: 'at://y', [bare]: undefined, [gone]: null })),
      )
      expect(await storage.records.bySubject(alice, like, 'at://x')).toEqual([kept.split('/')[1]])
      expect(await storage.records.bySubject(alice, like, 'at://y')).toEqual(['moved'])
      await storage.transact(alice, (tx) => tx.repo.delete(alice))
      expect(await storage.records.bySubject(alice, like, 'at://x')).toEqual([])
    })

    rule('keeps the subjects of records through a crash', async () => {
      const { storage, reopen } = await opened()
      await storage.transact(alice, (tx) =>
        tx.repo.apply(pointing(new SampleRepo(alice), { [`${like}/one`]: 'at://x' })),
      )
      expect(await (await reopen()).records.bySubject(alice, like, 'at://x')).toEqual(['one'])
    })

    rule('deletes a repository with all that is in it, and can create it again', async () => {
      const storage = await fresh()
      const change = await commit(storage, new SampleRepo(alice), manyRecords(50))
      await commit(storage, new SampleRepo(bob), { 'a.b.c/one': { n: 1 } })
      await storage.transact(alice, (tx) => tx.repo.delete(alice))
      expect(await storage.repos.head(alice)).toBeUndefined()
      expect(await storage.repos.block(alice, change.head.cid)).toBeUndefined()
      expect(await storage.records.collections(alice)).toEqual([])
      expect((await storage.repos.counts(bob)).records).toBe(1)
      await commit(storage, new SampleRepo(alice), { 'a.b.c/one': { n: 1 } })
      expect(await storage.repos.counts(alice)).toEqual({ blocks: 3, records: 1 })
      expect((await storage.repos.list({ limit: 10 })).items.map((item) => item.did)).toEqual([bob, alice])
    })

    rule(
      'refuses to continue a list of repositories of a collection from a cursor that no listing returned',
      async () => {
        const storage = await fresh()
        for (const cursor of ['', 'nonsense', '-1', '1.5', '1e3', '9'.repeat(20)]) {
          await expect(storage.records.reposWith(post, { limit: 2, cursor })).rejects.toMatchObject({
            name: 'InvalidCursorError',
            cursor,
          })
        }
      },
    )

    rule('takes down the place of a record, whatever is written there, and restores it', async () => {
      const storage = await fresh()
      const repo = new SampleRepo(alice)
      const setTakedown = (rkey: string, takedown: string | undefined) =>
        storage.transact(alice, (tx) => tx.records.setTakedown(alice, post, key(rkey), takedown))
      const takedown = async () => (await storage.records.get(alice, post, key('one')))?.takedown
      await storage.transact(alice, (tx) => tx.repo.apply(repo.commit({ [`${post}/one`]: { n: 1 } })))
      expect(await takedown()).toBeUndefined()
      await setTakedown('one', 'first')
      await setTakedown('one', 'second')
      expect(await takedown()).toBe('second')
      await storage.transact(alice, (tx) => tx.repo.apply(repo.commit({ [`${post}/one`]: { n: 2 } })))
      expect(await takedown()).toBe('second')
      await storage.transact(alice, (tx) => tx.repo.apply(repo.commit({ [`${post}/one`]: null })))
      expect(await storage.records.takedown(alice, post, key('one'))).toBe('second')
      await storage.transact(alice, (tx) => tx.repo.apply(repo.commit({ [`${post}/one`]: { n: 3 } })))
      expect(await takedown()).toBe('second')
      expect(await storage.records.takedown(bob, post, key('one'))).toBeUndefined()
      expect(await storage.records.takedown(alice, like, key('one'))).toBeUndefined()
      await setTakedown('one', undefined)
      await setTakedown('none', undefined)
      expect(await takedown()).toBeUndefined()
    })

    rule('lists the keys of a collection that are taken down, between two', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => {
        for (const rkey of ['d', 'b', 'a', 'c', 'B']) tx.records.setTakedown(alice, post, key(rkey), 'because')
        tx.records.setTakedown(alice, like, key('bb'), 'because')
        tx.records.setTakedown(bob, post, key('bb'), 'because')
      })
      const between = (first: string, last: string) =>
        storage.records.takendown(alice, post, { first: key(first), last: key(last) })
      expect(await between('b', 'c')).toEqual(['b', 'c'])
      expect(await between('A', 'z')).toEqual(['B', 'a', 'b', 'c', 'd'])
      expect(await between('e', 'z')).toEqual([])
      expect(await between('c', 'b')).toEqual([])
    })

    rule('keeps takedowns through a crash', async () => {
      const { storage, reopen } = await opened()
      await storage.transact(alice, (tx) => {
        tx.records.setTakedown(alice, post, key('one'), 'because')
      })
      const { records } = await reopen()
      expect(await records.takedown(alice, post, key('one'))).toBe('because')
    })

    rule('lists the repositories with records in a collection, in order of creation', async () => {
      const storage = await fresh()
      for (const did of [carol, alice, bob]) await withRecords(storage, did, ['one'])
      const first = await storage.records.reposWith(post, { limit: 2 })
      expect(first.items).toEqual([carol, alice])
      const second = await storage.records.reposWith(post, { limit: 2, cursor: first.cursor! })
      expect(second).toEqual({ items: [bob] })
      expect(await storage.records.reposWith(like, { limit: 2 })).toEqual({ items: [] })
    })
  })
}

/** A commit of records with a subject (text) or without (undefined), and of deletions (null). */
function pointing(repo: SampleRepo, subjects: { readonly [path: string]: string | undefined | null }): RepoChange {
  const writes = Object.entries(subjects).map(([path, subject]) => [
    path,
    subject === null ? null : { path, link: subject ?? '' },
  ])
  const change = repo.commit(Object.fromEntries(writes))
  const records = Array.from(change.records, (record) => ({
    ...record,
    subject: subjects[`${record.collection}/${record.rkey}`] ?? undefined,
  }))
  return { ...change, records }
}

async function withRecords(storage: StorageOf<Parts>, did: Did, rkeys: readonly string[]): Promise<void> {
  const writes = Object.fromEntries(rkeys.map((rkey) => [`${post}/${rkey}`, { rkey }]))
  await storage.transact(did, (tx) => tx.repo.apply(new SampleRepo(did).commit(writes)))
}

/** Alice's posts, page by page, until an empty page. */
async function pagesOf(storage: StorageOf<Parts>, options: { reverse: boolean }): Promise<string[][]> {
  const pages: string[][] = []
  for (let cursor: string | undefined; ; cursor = pages.at(-1)?.at(-1)) {
    const page = await keys(storage, { limit: 100, ...options, ...(cursor !== undefined && { cursor }) })
    if (page.length === 0) return pages
    pages.push(page)
  }
}

async function keys(
  storage: StorageOf<Parts>,
  options: { limit: number; cursor?: string; reverse?: boolean },
): Promise<string[]> {
  return (await storage.records.list(alice, post, options)).map((record) => record.rkey)
}
