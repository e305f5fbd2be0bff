export { withBlocks } from './block-source.ts'
export { type Commit, decodeCommit, type Head, type Signer, signCommit, verifyCommit } from './commit/commit.ts'
export { applyWrites, type CommitData, createRepo, type RecordWrite } from './commit/writes.ts'
export {
  CorruptBlockError,
  DuplicateWriteError,
  InvalidCommitError,
  InvalidNodeError,
  InvalidPathError,
  InversionError,
  type InversionReason,
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
export { type CarExport, exportCar } from './export/export-car.ts'
export { type ExportOptions, exportRepo, type LoadBlocks } from './export/export-repo.ts'
export { type ImportOptions, importRepo } from './import/import-repo.ts'
export type { ImportCounts, ImportedPart, ReadingOptions } from './import/importer.ts'
export type { RepoImport } from './import/open-repo.ts'
export type { OutOfOrderBlocks } from './import/out-of-order-blocks.ts'
export { type ReadRepo, type ReadRepoOptions, type RepoRecord, readRepo } from './import/read-repo.ts'
export type { ByteStream, RepoSource } from './import/repo-source.ts'
export { type ImportLimits, importLimits, maxCommitBytes, maxFutureMs, maxRecordBytes, maxWrites } from './limits.ts'
export { diffMst, type MstDiff } from './mst/diff.ts'
export { layerOf } from './mst/layer.ts'
export { Mst, type MstChange } from './mst/mst.ts'
export type { RepoOp } from './mst/op.ts'
export type { MstOptions } from './mst/source.ts'
export type { MstEntry, MstRange } from './mst/walk.ts'
export { formatPath, splitPath } from './path.ts'
export { type RecordContent, type RecordFault, type RecordReason, readRecord, type UnreadableRecord } from './record.ts'
export { invertOps } from './verify/invert.ts'
export { type ProvenRecord, proveRecord, verifyProof } from './verify/proof.ts'
export { type KeyOf, signedBy } from './verify/signed-by.ts'
export { type DiffContext, type RepoDiff, verifyDiff } from './verify/verify-diff.ts'
export {
  type CommitSlice,
  type SliceContext,
  type SliceRule,
  type SliceVerdict,
  type SliceViolation,
  type VerifiedSlice,
  verifySlice,
} from './verify/verify-slice.ts'
