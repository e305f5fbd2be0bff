import { differenceOf, treeDiffs } from '../mst/diffs.ts'
import { pathsOfLayer } from '../mst/example-keys.ts'
import type { Op } from '../mst/oracles.ts'
import { numbered, recordCid } from '../mst/shapes.ts'
import { type Block, type Records, treeOf } from '../mst/tree-by-definition.ts'
import { nodesOnPaths, nodesToUndo } from './commits.ts'

/** Operations, and the part of the resulting tree that a message carries. */
export interface Inversion {
  readonly comment: string
  /** What is wrong with them. `undefined` when undoing them leads to the tree before. */
  readonly rule?: 'missing-node' | 'other-value' | 'not-deleted' | 'other-root'
  readonly before: Records
  readonly after: Records
  readonly ops: readonly Op[]
  readonly blocks: readonly Block[]
}

export function inversions(): Inversion[] {
  return [...right(), ...wrong()]
}

function inversionOf(comment: string, before: Records, after: Records): Inversion {
  const { ops } = differenceOf(before, after)
  const tree = treeOf(after)
  const needed = nodesToUndo(ops, tree)
  // The top is part of every message with operations, and all there is of a tree that became empty.
  return { comment, before, after, ops, blocks: tree.nodes.filter((node, index) => index === 0 || needed.has(node)) }
}

function right(): Inversion[] {
  const few = treeDiffs().filter(({ ops }) => ops.length > 0 && ops.length <= 60)
  return few.map(({ comment, before, after }) => inversionOf(comment, before, after))
}

function wrong(): Inversion[] {
  const before = numbered([...pathsOfLayer(0, 10), ...pathsOfLayer(1, 4), ...pathsOfLayer(2, 2)].sort())
  const [first, second, third] = [...before.keys()].filter((_, index) => index % 5 === 0) as [string, string, string]
  const created = 'com.example.note/a'
  const after = new Map([...before, [created, recordCid(700)], [second, recordCid(701)]])
  after.delete(third)
  const good = inversionOf('', before, after)
  const index = (path: string) => good.ops.findIndex((op) => op.path === path)
  const withOp = (path: string, changes: Partial<Op>) =>
    good.ops.map((op) => (op.path === path ? { ...op, ...changes } : op))
  const other = String(recordCid(999))
  const there = String(before.get(first))
  const cases: [comment: string, rule: NonNullable<Inversion['rule']>, ops: readonly Op[]][] = [
    ['a create of another record than is there', 'other-value', withOp(created, { cid: other })],
    ['an update to another record than is there', 'other-value', withOp(second, { cid: other })],
    [
      'a create of what is not there',
      'other-value',
      [...good.ops, { action: 'create', path: `${created}b`, cid: other }],
    ],
    [
      'an update of what is not there',
      'other-value',
      [...good.ops, { action: 'update', path: `${created}b`, cid: other, prev: other }],
    ],
    [
      'a delete of what is still there',
      'not-deleted',
      [...good.ops, { action: 'delete', path: first, cid: null, prev: there }],
    ],
    ['an update from another record than there was', 'other-root', withOp(second, { prev: other })],
    ['a delete of another record than there was', 'other-root', withOp(third, { prev: other })],
    [
      'a delete of what never was',
      'other-root',
      [...good.ops, { action: 'delete', path: `${created}b`, cid: null, prev: other }],
    ],
    ['a create that says it was an update', 'other-root', withOp(created, { action: 'update', prev: other })],
    [
      'an update that says it was a create',
      'other-root',
      withOp(second, { action: 'create', prev: undefined as never }),
    ],
    ['the create left out', 'other-root', good.ops.toSpliced(index(created), 1)],
    ['the update left out', 'other-root', good.ops.toSpliced(index(second), 1)],
    ['the delete left out', 'other-root', good.ops.toSpliced(index(third), 1)],
    ['all operations left out', 'other-root', []],
  ]
  const missing = nodesOnPaths(good.ops, treeOf(after)).map((gone, place): Inversion => {
    const blocks = good.blocks.filter(({ cid }) => !cid.equals(gone.cid))
    return {
      ...good,
      comment: `without node ${place + 1} of those on the way to a key that was written`,
      rule: 'missing-node',
      blocks,
    }
  })
  return [...cases.map(([comment, rule, ops]): Inversion => ({ ...good, comment, rule, ops })), ...missing]
}
