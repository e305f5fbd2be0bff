import type { DidKey, PublicKey } from '@atoll/crypto'
import { type Block, BlockMap, type Cid } from '@atoll/data-model'
import { type Did, type Tid, tidMicroseconds } from '@atoll/syntax'
import { type Commit, decodeCommit, type Head, verifyCommit } from '../commit/commit.ts'
import { InvalidCommitError, InversionError, RepoError, VerificationError } from '../errors.ts'
import { maxFutureMs, maxWrites } from '../limits.ts'
import { checkTree } from '../mst/check.ts'
import { Mst } from '../mst/mst.ts'
import type { RepoOp } from '../mst/op.ts'
import { splitPath } from '../path.ts'
import { readSentRecord, type UnreadableRecord } from '../record.ts'
import { invert } from './invert.ts'

/** What a `#commit` event says about a repository. */
export interface CommitSlice {
  readonly did: Did
  readonly rev: Tid
  readonly since: Tid | null
  readonly commit: Cid
  /** The root of the tree before. Older servers leave it out. */
  readonly prevData?: Cid | undefined
  readonly ops: readonly RepoOp[]
  /** The roots of the CAR file in the event. */
  readonly roots: readonly Cid[]
  /** Its blocks, whose CIDs the CAR reader has verified. */
  readonly blocks: Iterable<Block>
}

/** What is known about the account when the event comes. */
export interface SliceContext {
  /**
   * The account's signing key. Without one the signature is left to the caller (`verifyCommit`).
   */
  readonly key?: PublicKey | DidKey | undefined
  /** The last commit that was processed. */
  readonly previous?: Pick<Head, 'rev' | 'data'> | undefined
  /** The time in milliseconds, to refuse revs from the future. */
  readonly now?: number | undefined
}

/** The rules of sync 1.1 that the repository part of a `#commit` can break. */
export type SliceRule =
  | 'roots'
  | 'commit-block'
  | 'did'
  | 'rev'
  | 'future-rev'
  | 'stale-rev'
  | 'too-many-ops'
  | 'op'
  | 'tree'
  | 'inversion'
  | 'record'
  | 'signature'
  | 'no-prev-data'
  | 'since'
  | 'prev-data'

/** A rule that a `#commit` breaks, and how. */
export interface SliceViolation {
  readonly rule: SliceRule
  readonly reason: string
}

/** What a genuine `#commit` carries. */
export interface VerifiedSlice {
  readonly commit: Commit
  readonly head: Head
  /** The written records that cannot be read, in the order of the operations. */
  readonly unreadable: readonly UnreadableRecord[]
}

/**
 * What to do with a `#commit`: `reject` what is wrong and `drop` what is out of date; for
 * `desynchronized`, fetch the whole repository, because events were missed.
 */
export type SliceVerdict =
  | ({ readonly outcome: 'accept' } & VerifiedSlice)
  | ({ readonly outcome: 'desynchronized' } & SliceViolation & VerifiedSlice)
  | ({ readonly outcome: 'reject' | 'drop' } & SliceViolation)

/**
 * Verifies the repository part of a `#commit` by every rule of sync 1.1: the commit block and its
 * fields, the form of the operations, each node of the partial tree, the blocks of the records,
 * that undoing the operations gives `prevData`, the signature, and last whether it continues what
 * was seen before. A record that cannot be read is not a fault of the commit.
 * @see https://atproto.com/specs/sync#commit-validation
 */
export function verifySlice(slice: CommitSlice, context: SliceContext = {}): SliceVerdict {
  try {
    const blocks = slice.blocks instanceof BlockMap ? slice.blocks : new BlockMap(slice.blocks)
    const commit = commitOf(slice, blocks)
    checkRev(commit, context)
    checkOps(slice.ops)
    checkData(slice, commit, blocks)
    const unreadable = checkRecords(slice.ops, blocks)
    if (context.key !== undefined && !verifyCommit(commit, context.key)) {
      refuse('signature', 'the signature is not valid')
    }
    const head = { cid: slice.commit, rev: commit.rev, data: commit.data }
    // Only now, because a forged event must not start a resync.
    const gap = gapOf(slice, context)
    if (gap) return { outcome: 'desynchronized', ...gap, commit, head, unreadable }
    return { outcome: 'accept', commit, head, unreadable }
  } catch (error) {
    if (!(error instanceof RepoError)) throw error
    const rule = ruleOf(error)
    return { outcome: rule === 'stale-rev' ? 'drop' : 'reject', rule, reason: error.message }
  }
}

class ViolationError extends RepoError {
  readonly rule: SliceRule

  constructor(rule: SliceRule, message: string) {
    super(message)
    this.rule = rule
  }
}

function refuse(rule: SliceRule, message: string): never {
  throw new ViolationError(rule, message)
}

function ruleOf(error: RepoError): SliceRule {
  if (error instanceof ViolationError) return error.rule
  if (error instanceof InvalidCommitError) return 'commit-block'
  if (error instanceof VerificationError) return 'record'
  if (error instanceof InversionError) return 'inversion'
  return 'tree'
}

function commitOf(slice: CommitSlice, blocks: BlockMap): Commit {
  const [root] = slice.roots
  if (!root?.equals(slice.commit)) refuse('roots', `the first root is not the commit ${slice.commit}`)
  const bytes = blocks.get(slice.commit)
  if (bytes === undefined) return refuse('commit-block', `the commit ${slice.commit} is missing`)
  const commit = decodeCommit(bytes)
  if (commit.did !== slice.did) refuse('did', `the commit is of ${commit.did}, not of ${slice.did}`)
  if (commit.rev !== slice.rev) refuse('rev', `the commit's rev is ${commit.rev}, not ${slice.rev}`)
  return commit
}

function checkRev({ rev }: Commit, { previous, now }: SliceContext): void {
  if (now !== undefined && tidMicroseconds(rev) / 1000 > now + maxFutureMs) {
    refuse('future-rev', `rev ${rev} lies ahead`)
  }
  if (previous && rev <= previous.rev) refuse('stale-rev', `rev ${rev} is not newer than ${previous.rev}`)
}

/** Checks that each operation has the fields of its action, and that no two have the same path. */
function checkOps(ops: readonly RepoOp[]): void {
  if (ops.length > maxWrites) refuse('too-many-ops', `${ops.length} operations`)
  const paths = new Set<string>()
  for (const { action, path, cid, prev } of ops) {
    if (!splitPath(path)) refuse('op', `not a path: ${path.slice(0, 100)}`)
    if (paths.has(path)) refuse('op', `two operations on ${path}`)
    paths.add(path)
    const hasCid = action === 'create' || action === 'update'
    const hasPrev = action === 'update' || action === 'delete'
    if (!hasCid && !hasPrev) refuse('op', `unknown action ${String(action).slice(0, 100)}`)
    if (hasCid !== Boolean(cid)) refuse('op', `${action} of ${path} ${cid ? 'has a' : 'has no'} cid`)
    if (hasPrev !== Boolean(prev)) refuse('op', `${action} of ${path} ${prev ? 'has a' : 'has no'} prev`)
  }
}

/** Checks that the nodes are a tree, and that it is the previous one without the operations. */
function checkData(slice: CommitSlice, commit: Commit, blocks: BlockMap): void {
  const tree = Mst.load(commit.data, (cid) => blocks.get(cid), { partial: true, trusted: true })
  // A commit without operations need not carry the tree.
  if (slice.ops.length > 0 || blocks.has(commit.data)) checkTree(tree)
  const before = invert(tree, slice.ops)
  const expected = slice.prevData ?? (slice.since === null ? Mst.empty().root : undefined)
  if (expected && !before.equals(expected)) {
    refuse('inversion', `without its operations the tree is ${before}, not ${expected}`)
  }
}

/** Requires the blocks of the records written. Returns the records that cannot be read. */
function checkRecords(ops: readonly RepoOp[], blocks: BlockMap): UnreadableRecord[] {
  const unreadable: UnreadableRecord[] = []
  for (const { path, cid } of ops) {
    if (cid === null) continue
    const bytes = blocks.get(cid)
    if (bytes === undefined) return refuse('record', `the record of ${path} is missing`)
    const { block, fault } = readSentRecord({ cid, bytes })
    if (fault) unreadable.push({ path, block, fault })
  }
  return unreadable
}

/** Why the commit does not continue the last one that was processed, if it does not. */
function gapOf({ since, prevData }: CommitSlice, { previous }: SliceContext): SliceViolation | undefined {
  if (prevData === undefined && since !== null) return { rule: 'no-prev-data', reason: 'prevData is missing' }
  if (!previous) return undefined
  if (since !== previous.rev) return { rule: 'since', reason: `since is ${since}, but the last rev is ${previous.rev}` }
  if (prevData?.equals(previous.data)) return undefined
  return { rule: 'prev-data', reason: `prevData is not the last tree ${previous.data}` }
}
