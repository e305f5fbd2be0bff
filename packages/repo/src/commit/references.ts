import { type Block, BlockMap, type Cid, CidMap } from '@atoll/data-model'
import type { MstNode } from '../mst/node.ts'
import type { RepoOp } from '../mst/op.ts'
import type { Head } from './commit.ts'

/** The change in references that a commit makes, as `CommitData` defines it. */
export interface ReferenceChange {
  readonly added: Block[]
  readonly removed: Cid[]
}

/**
 * Counts the references that a commit adds and removes. `records` are those that its operations
 * write.
 */
export function referenceChange(change: {
  commit: Block
  prev: Head | undefined
  ops: readonly RepoOp[]
  nodes: { added: readonly MstNode[]; removed: readonly MstNode[] }
  records: Iterable<Block>
}): ReferenceChange {
  const { commit, prev, ops, nodes, records } = change
  const gained = new CidMap<number>()
  const count = (cid: Cid, by: number) => gained.set(cid, (gained.get(cid) ?? 0) + by)
  const blocks = new BlockMap([commit, ...nodes.added.map((node) => node.block)])
  blocks.addAll(records)
  count(commit.cid, 1)
  if (prev) count(prev.cid, -1)
  for (const { cid } of nodes.added) count(cid, 1)
  for (const { cid } of nodes.removed) count(cid, -1)
  for (const { cid, prev } of ops) {
    if (cid) count(cid, 1)
    if (prev) count(prev, -1)
  }
  const added: Block[] = []
  const removed: Cid[] = []
  for (const [cid, by] of gained) {
    // What gains a reference is new, or is a record that this commit writes.
    for (let times = 0; times < by; times++) added.push({ cid, bytes: blocks.get(cid)! })
    for (let times = 0; times > by; times--) removed.push(cid)
  }
  return { added, removed }
}
