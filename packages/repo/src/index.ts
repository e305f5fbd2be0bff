export { type GetBlock, withBlocks } from './block-source.ts'
export { type Commit, decodeCommit, type Head, type Signer, signCommit, verifyCommit } from './commit.ts'
export {
  DuplicateWriteError,
  InvalidCommitError,
  InvalidNodeError,
  InvalidPathError,
  MinedPathError,
  MissingBlockError,
  type NodeReason,
  RecordExistsError,
  RecordMissingError,
  RepoError,
  StaleRevError,
  TooLargeError,
  TooManyWritesError,
} from './errors.ts'
export { Mst, type MstChange } from './mst.ts'
export { diffMst, type MstDiff, type RepoOp } from './mst-diff.ts'
export type { MstOptions } from './mst-source.ts'
export type { MstEntry, MstRange } from './mst-walk.ts'
export { formatPath, layerOf, splitPath } from './path.ts'
export { applyWrites, type CommitData, createRepo, type RecordWrite } from './writes.ts'
