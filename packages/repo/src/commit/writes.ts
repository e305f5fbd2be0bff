import { type Block, BlockMap, type Cid, type GetBlock } from '@atoll/data-model'
import { type Did, isNormalizedNsid, type Nsid, type RecordKey, type Tid } from '@atoll/syntax'
import {
  DuplicateWriteError,
  InvalidPathError,
  RecordMissingError,
  StaleRevError,
  TooLargeError,
  TooManyWritesError,
} from '../errors.ts'
import { maxCommitBytes, maxRecordBytes, maxWrites } from '../limits.ts'
import { diffNodes } from '../mst/diff.ts'
import { Mst } from '../mst/mst.ts'
import type { MstNode } from '../mst/node.ts'
import { applyOp, type RepoOp } from '../mst/op.ts'
import { formatPath, requireTreeKey } from '../path.ts'
import { type Head, type Signer, signCommit } from './commit.ts'
import { referenceChange } from './references.ts'

/**
 * What a CAR file takes at most beside the blocks: its header, and the length and CID before each
 * block.
 */
const carHeaderBytes = 64
const carBlockOverhead = 36 + 3

/** One change to a repository. `cid` must be that of `bytes`: it is not computed again. */
export type RecordWrite =
  | {
      readonly action: 'create' | 'update'
      readonly collection: Nsid
      readonly rkey: RecordKey
      readonly cid: Cid
      readonly bytes: Uint8Array
    }
  | { readonly action: 'delete'; readonly collection: Nsid; readonly rkey: RecordKey }

/**
 * A new commit, and what it changes.
 *
 * `added` and `removed` are the change in references. A block has one reference for each path that
 * holds its CID, one from the node above it, and one if it is the head. A CID that has n more
 * references after the commit than before is n times in `added`; one that has n fewer is n times in
 * `removed`; no CID is in both. So a storage that counts up for each block in `added` and down for
 * each CID in `removed` holds exactly the repository, and may delete a block whose count is zero.
 */
export interface CommitData {
  readonly did: Did
  readonly head: Head
  readonly commit: Block
  /** The rev before this one. */
  readonly since: Tid | null
  /** The head before this one. */
  readonly prev: Head | undefined
  /** One for each write, in the order given. */
  readonly ops: RepoOp[]
  /** Blocks that gained references, once for each: the commit, nodes, records. */
  readonly added: Block[]
  /** CIDs that lost references, once for each: the commit before, nodes, records. */
  readonly removed: Cid[]
  /**
   * What a `#commit` carries: the commit first, then every new node and all others that are needed
   * to undo the operations, then the records written.
   */
  readonly slice: BlockMap
}

/**
 * The first commit of a repository.
 * @throws DuplicateWriteError, TooManyWritesError, TooLargeError, RecordMissingError
 */
export function createRepo(repo: { did: Did; writes?: readonly RecordWrite[]; sign: Signer; rev: Tid }): CommitData {
  const writes = repo.writes ?? []
  checkWrites(writes)
  return formCommit(repo, undefined, undefined, Mst.empty(), writes)
}

/**
 * The commit that applies `writes` to the repository at `head`. Pure: nothing is stored, and an
 * error leaves no trace. Each path may be written once. An update to the same value is an
 * operation, but changes no reference.
 *
 * @throws RecordExistsError, RecordMissingError, DuplicateWriteError, TooManyWritesError,
 * TooLargeError, MinedPathError, StaleRevError; MissingBlockError when `get` lacks a block (see
 * `withBlocks`)
 */
export function applyWrites(repo: {
  did: Did
  head: Head
  get: GetBlock
  writes: readonly RecordWrite[]
  sign: Signer
  rev: Tid
}): CommitData {
  const { head, get, writes, rev } = repo
  if (rev <= head.rev) throw new StaleRevError(rev, head.rev)
  checkWrites(writes)
  const before = Mst.load(head.data, get)
  before.internals.source.prefetch(before.internals.top, writes.map(pathOf))
  return formCommit(repo, head, before, before, writes)
}

function checkWrites(writes: readonly RecordWrite[]): void {
  if (writes.length > maxWrites) throw new TooManyWritesError(writes.length, maxWrites)
  const paths = new Set<string>()
  for (const write of writes) {
    const path = pathOf(write)
    requireTreeKey(path)
    // A record that is already under such a path can still be deleted.
    if (write.action !== 'delete' && !isNormalizedNsid(write.collection)) throw new InvalidPathError(path)
    if (paths.has(path)) throw new DuplicateWriteError(path)
    paths.add(path)
    const size = write.action === 'delete' ? 0 : write.bytes.length
    if (size > maxRecordBytes) throw new TooLargeError('record', size, maxRecordBytes, path)
  }
}

function formCommit(
  repo: { did: Did; sign: Signer; rev: Tid },
  prev: Head | undefined,
  before: Mst | undefined,
  start: Mst,
  writes: readonly RecordWrite[],
): CommitData {
  const { did, sign, rev } = repo
  const ops: RepoOp[] = []
  let tree = start
  for (const write of writes) {
    const op = operation(start, write)
    tree = applyOp(tree, op)
    ops.push(op)
  }
  const nodes = diffNodes(before, tree)
  const { block: commit } = signCommit({ did, data: tree.root, rev }, sign)
  return {
    did,
    head: { cid: commit.cid, rev, data: tree.root },
    commit,
    since: prev?.rev ?? null,
    prev,
    ops,
    ...referenceChange({ commit, prev, ops, nodes, records: writes.filter((write) => write.action !== 'delete') }),
    slice: sliceOf(commit, tree, nodes.added, ops, writes),
  }
}

function operation(before: Mst, write: RecordWrite): RepoOp {
  const path = pathOf(write)
  if (write.action === 'create') return { action: 'create', path, cid: write.cid }
  const prev = before.get(path)
  if (prev === undefined) throw new RecordMissingError(path)
  return write.action === 'update'
    ? { action: 'update', path, cid: write.cid, prev }
    : { action: 'delete', path, cid: null, prev }
}

function sliceOf(
  commit: Block,
  tree: Mst,
  nodes: readonly MstNode[],
  ops: readonly RepoOp[],
  writes: readonly RecordWrite[],
): BlockMap {
  const slice = new BlockMap([commit, tree.rootBlock, ...nodes.map((node) => node.block)])
  // An update is undone in its own node; undoing a create or a delete splits or merges the nodes
  // beside it.
  for (const { action, path } of ops) slice.addAll(action === 'update' ? tree.path(path) : tree.coveringProof(path))
  for (const write of writes) if (write.action !== 'delete') slice.add({ cid: write.cid, bytes: write.bytes })
  const size = carHeaderBytes + slice.size * carBlockOverhead + slice.byteSize
  if (size > maxCommitBytes) throw new TooLargeError('commit', size, maxCommitBytes)
  return slice
}

function pathOf({ collection, rkey }: RecordWrite): string {
  return formatPath(collection, rkey)
}
