import { type Block, blockOf } from '@atoll/data-model'
import { entryBytes } from '@atoll/recent-map'
import type { RepoOp } from '@atoll/repo'
import { expect, it } from 'vitest'
import { RecentNodes } from './recent-nodes.ts'

const block = (text: string): Block => blockOf(text.padEnd(100, '.'))

function commitOf(nodes: readonly Block[], removed: readonly Block[] = [], record = block('record')) {
  const commit = block('commit')
  const op: RepoOp = { action: 'create', path: 'a.b.c/d', cid: record.cid }
  return { commit, ops: [op], added: [...nodes, record, commit], removed: removed.map(({ cid }) => cid) }
}

it('keeps the nodes of commits, neither records nor commits, until a later commit makes them superfluous', () => {
  const recent = new RecentNodes()
  const [root, leaf, next] = [block('root'), block('leaf'), block('next')]
  const commit = commitOf([root, leaf])
  recent.add(commit)
  expect(recent.get(root.cid)).toBe(root.bytes)
  expect(recent.get(commit.commit.cid)).toBeUndefined()
  expect(recent.get(commit.ops[0]!.cid!)).toBeUndefined()
  recent.add(commitOf([next], [root]))
  expect(recent.get(root.cid)).toBeUndefined()
  expect(recent.get(leaf.cid)).toBe(leaf.bytes)
})

it('lets go of what was not used for longest when it holds too many bytes', () => {
  const size = block('any').bytes.length + entryBytes
  const recent = new RecentNodes(3 * size)
  const nodes = ['a', 'b', 'c', 'd'].map(block)
  recent.add(commitOf(nodes.slice(0, 3)))
  recent.get(nodes[0]!.cid)
  recent.add(commitOf(nodes.slice(3)))
  expect(nodes.map(({ cid }) => recent.get(cid) !== undefined)).toEqual([true, false, true, true])
  // One that comes again counts once.
  for (let times = 0; times < 5; times++) recent.add(commitOf(nodes.slice(3)))
  expect(nodes.map(({ cid }) => recent.get(cid) !== undefined)).toEqual([true, false, true, true])
})
