// Before 2025 a #commit had neither `prevData` nor `prev` in its operations. Such a commit cannot
// be undone: what it wrote can be proven, but not that nothing else changed.
import type { BlockMap } from '@atoll/data-model'
import {
  type CommitSlice,
  MissingBlockError,
  Mst,
  type SliceContext,
  type SliceVerdict,
  type SliceViolation,
  splitPath,
  verifySlice,
} from '@atoll/repo'
import type { Violation } from '../rules.ts'
import { type Discarded, isDiscarded, reject } from './verdict.ts'

type Op = CommitSlice['ops'][number]

/** What such a commit is accepted with. */
export const unproven: Violation = { rule: 'no-prev-data', reason: 'the operations cannot be undone' }

/** Whether a commit after the first lacks what undoing its operations takes. */
export function isOldForm({ since, prevData, ops }: CommitSlice): boolean {
  return since !== null && (prevData === undefined || ops.some(({ action, prev }) => action !== 'create' && !prev))
}

/** Verifies such a commit as far as that goes: like `verifySlice`, all but the inversion. */
export function verifyOldForm(
  slice: CommitSlice & { readonly blocks: BlockMap },
  context: SliceContext,
): SliceVerdict | Discarded {
  const [deleted, written] = split(slice.ops)
  const verdict = verifySlice({ ...slice, prevData: undefined, ops: written.map(inPlace) }, context)
  if (isDiscarded(verdict)) return verdict
  const { commit, head, unreadable } = verdict
  const tree = Mst.load(commit.data, (cid) => slice.blocks.get(cid), { partial: true, trusted: true })
  for (const op of deleted) {
    const refused = checkDeletion(op, tree)
    if (refused) return refused
  }
  const gap = gapOf(slice, context)
  const content = { commit, head, unreadable }
  return gap ? { outcome: 'desynchronized', ...gap, ...content } : { outcome: 'accept', ...content }
}

function split(ops: readonly Op[]): [deleted: Op[], written: Op[]] {
  return [ops.filter(({ action }) => action === 'delete'), ops.filter(({ action }) => action !== 'delete')]
}

/**
 * An operation whose inversion shows that the value is there, and takes no other nodes than its
 * path.
 */
function inPlace(op: Op): Op {
  const { action, path, cid, prev } = op
  const isPlain = prev === undefined && cid !== null && (action === 'create' || action === 'update')
  return isPlain ? { action: 'update', path, cid, prev: cid } : op
}

function checkDeletion({ path, cid }: Op, tree: Mst): Discarded | undefined {
  if (!splitPath(path) || cid !== null) return reject('op', `delete of ${path.slice(0, 100)}`)
  try {
    return tree.get(path) ? reject('inversion', `${path} was not deleted`) : undefined
  } catch (error) {
    // The commit carries only what changed: the place where the record was may lie below what did
    // not.
    if (error instanceof MissingBlockError) return undefined
    throw error
  }
}

function gapOf({ since, prevData }: CommitSlice, { previous }: SliceContext): SliceViolation | undefined {
  if (!previous) return undefined
  if (since !== previous.rev) return { rule: 'since', reason: `since is ${since}, but the last rev is ${previous.rev}` }
  const differs = prevData !== undefined && !prevData.equals(previous.data)
  return differs ? { rule: 'prev-data', reason: `prevData is not the last tree ${previous.data}` } : undefined
}
