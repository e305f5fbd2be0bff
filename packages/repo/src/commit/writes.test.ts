import { type Block, BlockMap, blockOf, type Cid } from '@atoll/data-model'
import { parseNsid, parseRecordKey } from '@atoll/syntax'
import { describe, expect, it } from 'vitest'
import { did, keyPair, Repository, revAt, seeded } from '../../test/histories.ts'
import {
  DuplicateWriteError,
  InvalidPathError,
  MissingBlockError,
  RecordExistsError,
  RecordMissingError,
  StaleRevError,
  TooLargeError,
  TooManyWritesError,
} from '../errors.ts'
import { Mst } from '../mst/mst.ts'
import { signCommit, verifyCommit } from './commit.ts'
import { applyWrites, type CommitData, createRepo, type RecordWrite } from './writes.ts'

const collection = parseNsid('com.example.note')
const note = (text: string): Block => blockOf({ $type: 'com.example.note', text })

function put(action: 'create' | 'update', rkey: string, record: Block): RecordWrite {
  return { action, collection, rkey: parseRecordKey(rkey), cid: record.cid, bytes: record.bytes }
}
const create = (rkey: string, record = note(rkey)) => put('create', rkey, record)
const update = (rkey: string, record: Block) => put('update', rkey, record)
const remove = (rkey: string): RecordWrite => ({ action: 'delete', collection, rkey: parseRecordKey(rkey) })

/** What a storage must hold, counted from scratch. */
function referencesOf(repo: Repository): Map<string, number> {
  const counts = new Map([[repo.head.cid.key, 1]])
  const tree = Mst.load(repo.head.data, repo.get)
  const count = (cid: Cid) => counts.set(cid.key, (counts.get(cid.key) ?? 0) + 1)
  for (const { cid } of tree.nodes()) count(cid)
  for (const { cid } of tree.entries()) count(cid)
  return counts
}

function times(cids: Iterable<Cid>, cid: Cid): number {
  return [...cids].filter((other) => other.equals(cid)).length
}
const addedCids = (commit: CommitData) => commit.added.map((block) => block.cid)

describe('createRepo', () => {
  it('makes a signed commit of an empty tree', () => {
    const commit = createRepo({ did, sign: keyPair, rev: revAt(0) })
    expect(commit.head.data).toEqual(Mst.empty().root)
    expect(commit).toMatchObject({ since: null, prev: undefined, ops: [], removed: [] })
    expect([...commit.slice.cids()]).toEqual([commit.head.cid, commit.head.data])
    expect(verifyCommit(commit.commit.bytes, keyPair.didKey())).toBe(true)
  })

  it('accepts first records, and refuses to change a record of an empty repository', () => {
    const commit = createRepo({ did, writes: [create('a')], sign: keyPair, rev: revAt(0) })
    expect(commit.ops).toEqual([{ action: 'create', path: 'com.example.note/a', cid: note('a').cid }])
    expect(() => createRepo({ did, writes: [remove('a')], sign: keyPair, rev: revAt(0) })).toThrow(RecordMissingError)
  })
})

describe('applyWrites', () => {
  const fresh = (...writes: RecordWrite[]) => new Repository(seeded(1), writes)

  it('returns one operation for each write, in the order given', () => {
    const repo = fresh(create('a'), create('b'))
    const commit = repo.write([remove('b'), create('c'), update('a', note('new'))])
    expect(commit.ops).toEqual([
      { action: 'delete', path: 'com.example.note/b', cid: null, prev: note('b').cid },
      { action: 'create', path: 'com.example.note/c', cid: note('c').cid },
      { action: 'update', path: 'com.example.note/a', cid: note('new').cid, prev: note('a').cid },
    ])
    expect(commit.since).toBe(revAt(0))
  })

  it('returns a slice with the commit first and the records written', () => {
    const commit = fresh(create('a')).write([create('b'), update('a', note('new'))])
    expect([...commit.slice][0]).toEqual(commit.commit)
    expect(commit.slice.get(note('b').cid)).toEqual(note('b').bytes)
    expect(commit.slice.get(note('new').cid)).toEqual(note('new').bytes)
  })

  it('can commit nothing but a new rev', () => {
    const repo = fresh(create('a'))
    const { prev, head, ops, removed } = repo.write([])
    expect(head.data).toEqual(prev?.data)
    expect(ops).toEqual([])
    expect(removed).toEqual([prev?.cid])
  })

  it('asks for the nodes that are missing', () => {
    const repo = fresh(create('a'))
    const request = { did, head: repo.head, writes: [create('b')], sign: keyPair, rev: revAt(1) }
    expect(() => applyWrites({ ...request, get: () => undefined })).toThrow(
      new MissingBlockError(repo.head.data, 'node'),
    )
  })

  describe('refuses', () => {
    it('to create a record where there is one', () => {
      expect(() => fresh(create('a')).write([create('a', note('other'))])).toThrow(
        new RecordExistsError('com.example.note/a'),
      )
    })

    it('to update or delete a record that is not there', () => {
      expect(() => fresh().write([update('a', note('new'))])).toThrow(new RecordMissingError('com.example.note/a'))
      expect(() => fresh().write([remove('a')])).toThrow(new RecordMissingError('com.example.note/a'))
    })

    it('to write into a collection that is not normalized, but not to delete from it', () => {
      const odd = { collection: parseNsid('com.Example.note'), rkey: parseRecordKey('a') }
      const { cid, bytes } = note('a')
      for (const action of ['create', 'update'] as const) {
        expect(() => fresh().write([{ action, ...odd, cid, bytes }])).toThrow(
          new InvalidPathError('com.Example.note/a'),
        )
      }

      const tree = Mst.build([['com.Example.note/a', cid]])
      const { block: commit } = signCommit({ did, data: tree.root, rev: revAt(0) }, keyPair)
      const blocks = new BlockMap([commit, ...tree.nodes(), note('a')])
      const head = { cid: commit.cid, rev: revAt(0), data: tree.root }
      const writes: RecordWrite[] = [{ action: 'delete', ...odd }]
      const after = applyWrites({
        did,
        head,
        get: (wanted) => blocks.get(wanted),
        writes,
        sign: keyPair,
        rev: revAt(1),
      })
      expect(after.head.data).toEqual(Mst.empty().root)
    })

    it('two writes to one path, whatever they are', () => {
      const repo = fresh(create('a'))
      for (const writes of [
        [remove('a'), create('a')],
        [create('b'), remove('b')],
        [update('a', note('1')), update('a', note('2'))],
      ]) {
        expect(() => repo.write(writes)).toThrow(DuplicateWriteError)
      }
    })

    it('more than 200 writes', () => {
      const writes = Array.from({ length: 201 }, (_, index) => create(`r${index}`))
      expect(() => fresh().write(writes)).toThrow(new TooManyWritesError(201, 200))
      expect(fresh().write(writes.slice(1)).ops).toHaveLength(200)
    })

    it('a record of more than 1,000,000 bytes', () => {
      expect(() => fresh().write([create('a', note('x'.repeat(1_000_000)))])).toThrow(TooLargeError)
    })

    it('a commit whose blocks take more than 2,000,000 bytes', () => {
      const writes = ['a', 'b', 'c'].map((rkey) => create(rkey, note(rkey.repeat(900_000))))
      expect(() => fresh().write(writes)).toThrow(expect.objectContaining({ name: 'TooLargeError', what: 'commit' }))
      expect(fresh().write(writes.slice(1)).ops).toHaveLength(2)
    })

    it('a rev that is not newer', () => {
      const repo = fresh(create('a'))
      const request = { did, head: repo.head, get: repo.get, writes: [create('b')], sign: keyPair }
      expect(() => applyWrites({ ...request, rev: repo.head.rev })).toThrow(StaleRevError)
    })

    it('and leaves no trace: the next write finds what was there before', () => {
      const repo = fresh(create('a'))
      expect(() => repo.write([create('b'), create('a')])).toThrow(RecordExistsError)
      expect(repo.write([create('b')]).ops).toHaveLength(1)
    })
  })

  describe('counts references', () => {
    const same = note('same')

    it('once for each path that holds a record', () => {
      const repo = fresh(create('a', same))
      const both = repo.write([create('b', same), create('c', same)])
      expect(times(addedCids(both), same.cid)).toBe(2)
      const two = repo.write([remove('a'), remove('b')])
      expect(times(two.removed, same.cid)).toBe(2)
      expect(repo.get(same.cid)).toBeDefined()
      repo.write([remove('c')])
      expect(repo.get(same.cid)).toBeUndefined()
    })

    it('as unchanged when a record moves to another path', () => {
      const commit = fresh(create('a', same)).write([remove('a'), create('b', same)])
      expect(times(addedCids(commit), same.cid)).toBe(0)
      expect(times(commit.removed, same.cid)).toBe(0)
      expect(commit.slice.has(same.cid)).toBe(true)
    })

    it('as unchanged when an update brings what is there', () => {
      const repo = fresh(create('a', same))
      const commit = repo.write([update('a', same)])
      expect(commit.ops).toEqual([{ action: 'update', path: 'com.example.note/a', cid: same.cid, prev: same.cid }])
      expect(addedCids(commit)).toEqual([commit.head.cid])
      expect(commit.removed).toEqual([commit.prev?.cid])
      expect(commit.slice.has(same.cid)).toBe(true)
      expect(commit.slice.has(commit.head.data)).toBe(true)
    })

    it('when two records swap their paths', () => {
      const repo = fresh(create('a'), create('b'))
      const commit = repo.write([update('a', note('b')), update('b', note('a'))])
      expect(addedCids(commit)).not.toContainEqual(note('a').cid)
      expect(commit.removed).not.toContainEqual(note('b').cid)
    })

    it('of a tree that comes back to what it was', () => {
      const repo = fresh(create('a'))
      const { data } = repo.head
      repo.write([create('b')])
      expect(repo.get(data)).toBeUndefined()
      repo.write([remove('b')])
      expect(repo.head.data).toEqual(data)
      expect(repo.references).toEqual(referencesOf(repo))
    })

    it('so that a storage holds the repository exactly, through any history', () => {
      const repo = new Repository(seeded(21))
      for (let count = 0; count < 300; count++) {
        repo.write(repo.randomWrites(15))
        if (count % 10 === 0) expect(repo.references).toEqual(referencesOf(repo))
      }
      for (const path of [...repo.records.keys()]) {
        const [name, rkey] = path.split('/')
        repo.write([{ action: 'delete', collection: parseNsid(name!), rkey: parseRecordKey(rkey!) }])
      }
      expect(new BlockMap(repo.blocks).size).toBe(2)
      expect(repo.head.data).toEqual(Mst.empty().root)
    })

    it('without naming a CID both as added and as removed', () => {
      const repo = new Repository(seeded(22))
      for (let count = 0; count < 200; count++) {
        const { added, removed } = repo.write(repo.randomWrites(15))
        const gone = new Set(removed.map(({ key }) => key))
        expect(added.filter(({ cid }) => gone.has(cid.key))).toEqual([])
      }
    })
  })
})
