import type { Cid } from '@atoll/data-model'
import type { Mst } from './mst.ts'

/** What a commit says about one record: what is there now, and what was there before. */
export interface RepoOp {
  readonly action: 'create' | 'update' | 'delete'
  readonly path: string
  /** `null` for a delete. */
  readonly cid: Cid | null
  /** Of updates and deletes: the record that was there. */
  readonly prev?: Cid
}

/**
 * The tree after one operation. An update or delete does not look at `prev`.
 * @throws RecordExistsError, RecordMissingError, InvalidPathError, MinedPathError
 */
export function applyOp(tree: Mst, { action, path, cid }: RepoOp): Mst {
  if (cid === null) return tree.delete(path)
  return action === 'create' ? tree.add(path, cid) : tree.update(path, cid)
}
