// Vectors of trees and inversions, which the published set does not have.
import { BlockMap, type Cid, cidOfCbor, parseCid } from '@atoll/data-model'
import { vectorSources } from '@atoll/testkit'
import { describe, expect, it } from 'vitest'
import { InvalidNodeError, InversionError, MissingBlockError } from './errors.ts'
import { checkTree } from './mst/check.ts'
import { diffMst } from './mst/diff.ts'
import { Mst } from './mst/mst.ts'
import type { MstNode } from './mst/node.ts'
import type { RepoOp } from './mst/op.ts'
import { invertOps } from './verify/invert.ts'

type Records = Record<string, string>
interface Op {
  action: RepoOp['action']
  path: string
  cid: string | null
  prev?: string
}
interface Shape {
  comment: string
  records: Records
  root: string
  nodes: { cid: string; layer: number; keys: string[] }[]
}
interface Forgery {
  comment: string
  valid: boolean
  rule?: string
  root: string
  blocks: string[]
}
interface Diff {
  comment: string
  before: Records
  after: Records
  rootBefore: string
  rootAfter: string
  ops: Op[]
  added: string[]
  removed: string[]
}
interface Inversion {
  comment: string
  valid: boolean
  rule?: string
  rootBefore: string
  rootAfter: string
  ops: Op[]
  blocks: string[]
}

const [own] = vectorSources()
const vectors = <T>(name: string) => own!.json(`${name}.json`) as T[]

function treeOf(records: Records): Mst {
  return Mst.build(Object.entries(records).map(([key, cid]) => [key, parseCid(cid)]))
}

function blocksOf(texts: readonly string[]): BlockMap {
  return new BlockMap(
    texts.map((text) => {
      const bytes = new Uint8Array(Buffer.from(text, 'base64'))
      return { cid: cidOfCbor(bytes), bytes }
    }),
  )
}

/** Each parent before its children. */
function nodesOf(tree: Mst): MstNode[] {
  const { source, top } = tree.internals
  const walk = (node: MstNode): MstNode[] => [
    node,
    ...node.children.flatMap((_, index) => {
      const child = source.child(node, index)
      return child ? walk(child) : []
    }),
  ]
  return walk(top)
}

function inTexts({ action, path, cid, prev }: RepoOp): Op {
  return { action, path, cid: cid && String(cid), ...(prev && { prev: String(prev) }) }
}

function withCids({ action, path, cid, prev }: Op): RepoOp {
  return { action, path, cid: cid === null ? null : parseCid(cid), ...(prev !== undefined && { prev: parseCid(prev) }) }
}

describe('the shapes of trees', () => {
  it.each(vectors<Shape>('mst/tree-shapes'))('$comment', ({ records, root, nodes }) => {
    const tree = treeOf(records)
    expect(String(tree.root)).toBe(root)
    expect(nodesOf(tree).map(({ cid, layer, keys }) => ({ cid: String(cid), layer, keys }))).toEqual(nodes)
    let grown = Mst.empty()
    for (const [key, cid] of Object.entries(records).toReversed()) grown = grown.add(key, parseCid(cid))
    expect(String(grown.root)).toBe(root)
  })
})

describe('forged trees', () => {
  it.each(vectors<Forgery>('mst/forged-trees'))('$comment: $valid', ({ valid, rule, root, blocks }) => {
    const there = blocksOf(blocks)
    const load = () => checkTree(Mst.load(parseCid(root), (cid) => there.get(cid)))
    if (valid) expect(load()).toBe(blocks.length)
    else if (rule === 'missing') expect(load).toThrow(MissingBlockError)
    else expect(load).toThrow(expect.objectContaining({ name: InvalidNodeError.name, reason: rule }))
  })
})

describe('differences of trees', () => {
  it.each(vectors<Diff>('mst/diffs'))('$comment', ({ before, after, rootBefore, rootAfter, ...expected }) => {
    const [old, now] = [treeOf(before), treeOf(after)]
    expect([old.root, now.root].map(String)).toEqual([rootBefore, rootAfter])
    const { ops, added, removed } = diffMst(old, now)
    expect({
      ops: ops.map(inTexts),
      added: [...added.cids()].map(String).sort(),
      removed: removed.map(String).sort(),
    }).toEqual({ ops: expected.ops, added: expected.added, removed: expected.removed })
  })
})

describe('inversions', () => {
  it.each(vectors<Inversion>('firehose/inversions'))('$comment: $valid', ({ valid, rule, ops, ...vector }) => {
    const there = blocksOf(vector.blocks)
    const get = (cid: Cid) => there.get(cid)
    const invert = () => String(invertOps({ data: parseCid(vector.rootAfter), ops: ops.map(withCids), get }))
    if (valid) expect(invert()).toBe(vector.rootBefore)
    else if (rule === 'other-root') expect(invert()).not.toBe(vector.rootBefore)
    else if (rule === 'missing-node') expect(invert).toThrow(/missing/)
    else expect(invert).toThrow(expect.objectContaining({ name: InversionError.name, reason: rule }))
  })
})
