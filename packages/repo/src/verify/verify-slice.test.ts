import { generateKeyPair } from '@atoll/crypto'
import { type Block, BlockMap, blockOf, type Cid, cidOfCbor } from '@atoll/data-model'
import { tidMicroseconds } from '@atoll/syntax'
import { describe, expect, it } from 'vitest'
import { did, keyPair, Repository, revAt, seeded } from '../../test/histories.ts'
import { signCommit } from '../commit/commit.ts'
import type { CommitData } from '../commit/writes.ts'
import { Mst } from '../mst/mst.ts'
import type { RepoOp } from '../mst/op.ts'
import { type CommitSlice, type SliceContext, type SliceRule, type SliceVerdict, verifySlice } from './verify-slice.ts'

const key = keyPair.didKey()
const other = cidOfCbor(Uint8Array.of(1))

function sliceOf({ head, since, prev, ops, slice }: CommitData): CommitSlice {
  return { did, rev: head.rev, since, commit: head.cid, prevData: prev?.data, ops, roots: [head.cid], blocks: slice }
}

const repo = new Repository(seeded(41))
while (repo.records.size < 300) repo.write(repo.randomWrites(30))
const commit = repo.write(repo.randomWrites(20))
const slice = sliceOf(commit)
const context: SliceContext = { key, previous: commit.prev, now: tidMicroseconds(commit.head.rev) / 1000 }

/**
 * The slice of another tree, signed by the account: only what the tree itself shows can give it
 * away.
 */
function signed(data: Cid, blocks: Iterable<Block>, ops: readonly RepoOp[] = slice.ops): CommitSlice {
  const { block } = signCommit({ did, data, rev: commit.head.rev }, keyPair)
  return { ...slice, commit: block.cid, roots: [block.cid], ops, blocks: [block, ...blocks] }
}

function without(cid: Cid): Block[] {
  return [...commit.slice].filter((block) => !block.cid.equals(cid))
}

describe('verifySlice', () => {
  it('accepts every commit of a history', () => {
    const grown = new Repository(seeded(42))
    for (let count = 0; count < 300; count++) {
      const next = grown.write(grown.randomWrites(12))
      expect(verifySlice(sliceOf(next), { key, previous: next.prev })).toMatchObject({
        outcome: 'accept',
        head: next.head,
        unreadable: [],
      })
    }
  })

  it('accepts the first commit of a repository', () => {
    const first = new Repository(seeded(43)).write([])
    expect(verifySlice({ ...sliceOf(first), since: null, prevData: undefined }, { key })).toMatchObject({
      outcome: 'accept',
    })
  })

  it('leaves the signature to the caller when it is given no key', () => {
    const { block } = signCommit({ did, data: commit.head.data, rev: commit.head.rev }, generateKeyPair('k256'))
    const forged = { ...slice, commit: block.cid, roots: [block.cid], blocks: [block, ...commit.slice] }
    expect(verifySlice(forged)).toMatchObject({ outcome: 'accept' })
    expect(verifySlice(forged, { key })).toMatchObject({ rule: 'signature', outcome: 'reject' })
  })

  const [created] = slice.ops.filter(({ action }) => action === 'create') as [RepoOp]
  const [deleted] = slice.ops.filter(({ action }) => action === 'delete') as [RepoOp]
  const [updated] = slice.ops.filter(({ action }) => action === 'update') as [RepoOp]
  const withOp = (from: RepoOp, to: Partial<RepoOp>): CommitSlice => ({
    ...slice,
    ops: slice.ops.map((op) => (op === from ? { ...op, ...to } : op)),
  })
  const tooMany = Array.from(
    { length: 201 },
    (_, index): RepoOp => ({ action: 'create', path: `com.example.note/${index}`, cid: other }),
  )
  const withRecord = (bytes: Uint8Array): CommitSlice => {
    const record = { cid: cidOfCbor(bytes), bytes }
    const tree = Mst.build([['com.example.note/a', record.cid]])
    const ops: RepoOp[] = [{ action: 'create', path: 'com.example.note/a', cid: record.cid }]
    return { ...signed(tree.root, [...tree.nodes(), record], ops), prevData: Mst.empty().root }
  }

  const faults: [string, CommitSlice, SliceContext, SliceRule, SliceVerdict['outcome']][] = [
    ['a root that is not the commit', { ...slice, roots: [other] }, {}, 'roots', 'reject'],
    ['no root', { ...slice, roots: [] }, {}, 'roots', 'reject'],
    ['a commit block that is missing', { ...slice, blocks: without(commit.head.cid) }, {}, 'commit-block', 'reject'],
    ['another account than in the commit', { ...slice, did: 'did:web:example.com' }, {}, 'did', 'reject'],
    ['another rev than in the commit', { ...slice, rev: revAt(99_999) }, {}, 'rev', 'reject'],
    ['a rev of more than five minutes ahead', slice, { now: context.now! - 301_000 }, 'future-rev', 'reject'],
    ['a rev that was seen', slice, { previous: commit.head }, 'stale-rev', 'drop'],
    ['more than 200 operations', { ...slice, ops: tooMany }, {}, 'too-many-ops', 'reject'],
    ['an operation on what is no path', withOp(created, { path: 'note' }), {}, 'op', 'reject'],
    ['a collection that is not normalized', withOp(created, { path: 'com.Example.note/a' }), {}, 'op', 'reject'],
    ['two operations on one path', { ...slice, ops: [...slice.ops, created] }, {}, 'op', 'reject'],
    ['an unknown action', withOp(created, { action: 'move' as 'create' }), {}, 'op', 'reject'],
    ['a create without a cid', withOp(created, { cid: null }), {}, 'op', 'reject'],
    ['a create with a prev', withOp(created, { prev: other }), {}, 'op', 'reject'],
    ['a delete with a cid', withOp(deleted, { cid: other }), {}, 'op', 'reject'],
    ['an update without a cid', withOp(updated, { cid: null }), {}, 'op', 'reject'],
    ['a missing node', { ...slice, blocks: without(commit.head.data) }, {}, 'tree', 'reject'],
    ['a record that is missing', { ...slice, blocks: without(created.cid!) }, {}, 'record', 'reject'],
    ['a record of more than 1,000,000 bytes', withRecord(new Uint8Array(1_000_001)), {}, 'record', 'reject'],
    ['a create of another record', withOp(created, { cid: blockOf({ other: 1 }).cid }), {}, 'inversion', 'reject'],
    ['a prev that was not there', withOp(updated, { prev: other }), {}, 'inversion', 'reject'],
    ['an operation left out', { ...slice, ops: slice.ops.slice(1) }, {}, 'inversion', 'reject'],
    ['another prevData', { ...slice, prevData: other }, {}, 'inversion', 'reject'],
    ['no prevData', { ...slice, prevData: undefined }, {}, 'no-prev-data', 'desynchronized'],
    ['another since than the last rev', { ...slice, since: revAt(1) }, {}, 'since', 'desynchronized'],
    ['another last tree', slice, { previous: { rev: commit.prev!.rev, data: other } }, 'prev-data', 'desynchronized'],
  ]
  it.each(faults)('reports %s', (_, wrong, more, rule, outcome) => {
    expect(verifySlice(slice, context)).toMatchObject({ outcome: 'accept' })
    expect(verifySlice(wrong, { ...context, ...more })).toMatchObject({ rule, outcome })
  })

  it('does not ask for a resync on the word of a forger', () => {
    const forger = generateKeyPair('k256').didKey()
    const wrong = { ...slice, since: revAt(1) }
    expect(verifySlice(wrong, { ...context, key: forger })).toMatchObject({ rule: 'signature', outcome: 'reject' })
  })

  it('refuses a slice from which any one block is missing', () => {
    const needed = [...new BlockMap(commit.slice).cids()]
    for (const cid of needed) {
      expect(verifySlice({ ...slice, blocks: without(cid) }, context).outcome).not.toBe('accept')
    }
  })
})
