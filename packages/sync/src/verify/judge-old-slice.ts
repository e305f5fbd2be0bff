// Before 2025 a #commit had neither `prevData` nor `prev` in its operations. There is no way back from such a commit: what
// it wrote can be proven, but not that nothing else changed.
import { type CommitSlice, MissingBlockError, Mst, type SliceContext, splitPath } from '@atoll/repo'
import type { Violation } from '../rules.ts'
import { type JudgedSlice, judge, type Slice } from './judge-slice.ts'
import { type Refused, reject } from './verdict.ts'

type Op = CommitSlice['ops'][number]

const unproven: Violation = { rule: 'no-prev-data', reason: 'the operations cannot be undone' }

/** Whether a commit after the first lacks what undoing its operations takes. */
export function isOldForm({ since, prevData, ops }: CommitSlice): boolean {
  return since !== null && (prevData === undefined || ops.some(({ action, prev }) => action !== 'create' && !prev))
}

/** Judges such a commit as far as that goes. */
export function judgeOldForm(slice: Slice, context: SliceContext): JudgedSlice | Refused {
  const [deleted, written] = split(slice.ops)
  const judged = judge({ ...slice, prevData: undefined, ops: written.map(inPlace) }, context)
  if ('outcome' in judged) return judged
  const { commit, unreadable } = judged
  const tree = Mst.load(commit.data, (cid) => slice.blocks.get(cid), { partial: true, trusted: true })
  for (const op of deleted) {
    const refused = deletionFault(op, tree)
    if (refused) return refused
  }
  const gap = gapOf(slice, context)
  const content = { commit, warnings: [unproven], unreadable }
  return gap ? { ...content, gap } : content
}

function split(ops: readonly Op[]): [deleted: Op[], written: Op[]] {
  return [ops.filter(({ action }) => action === 'delete'), ops.filter(({ action }) => action !== 'delete')]
}

/** An operation whose inversion shows that the value is there, and takes no other nodes than its path. */
function inPlace(op: Op): Op {
  const { action, path, cid, prev } = op
  const isPlain = prev === undefined && cid !== null && (action === 'create' || action === 'update')
  return isPlain ? { action: 'update', path, cid, prev: cid } : op
}

function deletionFault({ path, cid }: Op, tree: Mst): Refused | undefined {
  if (!splitPath(path) || cid !== null) return reject('op', `delete of ${path.slice(0, 100)}`)
  try {
    return tree.get(path) ? reject('inversion', `${path} was not deleted`) : undefined
  } catch (error) {
    // The commit carries only what changed: the place where the record was may lie below what did not.
    if (error instanceof MissingBlockError) return undefined
    throw error
  }
}

function gapOf({ since, prevData }: CommitSlice, { previous }: SliceContext): Violation | undefined {
  if (!previous) return undefined
  if (since !== previous.rev) return { rule: 'since', reason: `since is ${since}, but the last rev is ${previous.rev}` }
  const differs = prevData !== undefined && !prevData.equals(previous.data)
  return differs ? { rule: 'prev-data', reason: `prevData is not the last tree ${previous.data}` } : undefined
}
