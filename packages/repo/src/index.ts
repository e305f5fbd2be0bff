export type { BlockShelf } from './block-shelf.ts'
export { type GetBlock, withBlocks } from './block-source.ts'
export { type Commit, decodeCommit, type Head, type Signer, signCommit, verifyCommit } from './commit.ts'
export {
  CorruptBlockError,
  DuplicateWriteError,
  InvalidCommitError,
  InvalidNodeError,
  InvalidPathError,
  InversionError,
  MinedPathError,
  MissingBlockError,
  type NodeReason,
  RecordExistsError,
  RecordMissingError,
  RepoError,
  StaleRevError,
  TooLargeError,
  TooManyWritesError,
  VerificationError,
  type VerificationReason,
} from './errors.ts'
export { type ExportOptions, exportRepo, type LoadBlocks } from './export.ts'
export { type CarExport, exportCar, type SectionSource } from './export-car.ts'
export {
  type ImportCounts,
  type ImportedPart,
  type ImportOptions,
  importRepo,
  type RepoImport,
  type RepoSource,
} from './import.ts'
export { invertOps } from './invert.ts'
export { layerOf } from './layer.ts'
export { type ImportLimits, importLimits, maxCommitBytes, maxFutureMs, maxRecordBytes, maxWrites } from './limits.ts'
export { Mst, type MstChange } from './mst.ts'
export { diffMst, type MstDiff, type RepoOp } from './mst-diff.ts'
export type { MstOptions } from './mst-source.ts'
export type { MstEntry, MstRange } from './mst-walk.ts'
export { formatPath, splitPath } from './path.ts'
export { type ProvenRecord, proveRecord, verifyProof } from './proof.ts'
export { type RecordContent, type RecordFault, type RecordReason, readRecord, type UnreadableRecord } from './record.ts'
export { type DiffContext, type RepoDiff, verifyDiff } from './verify-diff.ts'
export {
  type CommitSlice,
  type SliceContext,
  type SliceFault,
  type SliceReason,
  type SliceResult,
  type SliceVerdict,
  verifySlice,
} from './verify-slice.ts'
export { applyWrites, type CommitData, createRepo, type RecordWrite } from './writes.ts'
