import type { Cid, GetBlock } from '@atoll/data-model'
import { InversionError, MissingBlockError, RecordExistsError, RecordMissingError } from '../errors.ts'
import { Mst } from '../mst/mst.ts'
import type { RepoOp } from '../mst/op.ts'

/**
 * Undoes the operations of a commit on the part of the tree that it carries, and returns the root
 * of the tree before it. If that is the root of the last commit, the operations are all that
 * changed.
 *
 * @see https://atproto.com/specs/sync#commit-event
 * @throws InversionError if the operations cannot have led to this tree, or if nodes are missing
 */
export function invertOps({ data, ops, get }: { data: Cid; ops: readonly RepoOp[]; get: GetBlock }): Cid {
  return invert(Mst.load(data, get, { partial: true, trusted: true }), ops)
}

/** Like `invertOps`, on a partial tree that is loaded already. */
export function invert(after: Mst, ops: readonly RepoOp[]): Cid {
  let tree = after
  for (const op of ops) {
    try {
      tree = undo(tree, op)
    } catch (error) {
      throw inversionError(error, op.path)
    }
  }
  return tree.root
}

function undo(tree: Mst, { path, cid, prev }: RepoOp): Mst {
  if (cid !== null && !tree.get(path)?.equals(cid)) throw new InversionError(path, 'other-value')
  if (cid === null) return prev ? tree.add(path, prev) : tree
  return prev ? tree.update(path, prev) : tree.delete(path)
}

function inversionError(error: unknown, path: string): unknown {
  if (error instanceof MissingBlockError) return new InversionError(path, 'missing-node', { cause: error })
  if (error instanceof RecordExistsError) return new InversionError(path, 'not-deleted', { cause: error })
  if (error instanceof RecordMissingError) return new InversionError(path, 'other-value', { cause: error })
  return error
}
