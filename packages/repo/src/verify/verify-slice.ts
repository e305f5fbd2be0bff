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

/** What a `#commit` event says of a repository. */
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

/** What is known of the account when the event comes. */
export interface SliceContext {
  /** The account's signing key. Without one the signature is left to the caller (`verifyCommit`). */
  readonly key?: PublicKey | DidKey | undefined
  /** The last commit that was processed. */
  readonly previous?: Pick<Head, 'rev' | 'data'> | undefined
  /** The time in milliseconds, to refuse revs from the future. */
  readonly now?: number | undefined
}

/** What is wrong with a `#commit`, by the rule it breaks. */
export type SliceReason =
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

/** What to do with the event: refuse it, pass over it, or fetch the whole repository because events were missed. */
export type SliceVerdict = 'reject' | 'drop' | 'resync'

export interface SliceFault {
  readonly reason: SliceReason
  readonly verdict: SliceVerdict
  readonly message: string
}

/** `unreadable` has the written records that cannot be read, in the order of the operations. */
export type SliceResult =
  | {
      readonly ok: true
      readonly commit: Commit
      readonly head: Head
      readonly unreadable: readonly UnreadableRecord[]
    }
  | {
      readonly ok: false
      readonly fault: SliceFault
      readonly commit?: Commit
      /** Present if the records were checked before the fault was found: always with the verdict `resync`. */
      readonly unreadable?: readonly UnreadableRecord[]
    }

/**
 * Judges the repository part of a `#commit` by every rule of sync 1.1: the commit block and its fields, the operations'
 * form, each node of the partial tree, the records' blocks, that undoing the operations gives `prevData`, the signature, and
 * last whether it follows what was seen before. A record that cannot be read is not a fault of the commit.
 * @see https://atproto.com/specs/sync#commit-validation
 */
export function verifySlice(slice: CommitSlice, context: SliceContext = {}): SliceResult {
  let commit: Commit | undefined
  let unreadable: readonly UnreadableRecord[] | undefined
  try {
    const blocks = slice.blocks instanceof BlockMap ? slice.blocks : new BlockMap(slice.blocks)
    commit = commitOf(slice, blocks)
    checkRev(commit, context)
    checkOps(slice.ops)
    checkData(slice, commit, blocks)
    unreadable = checkRecords(slice.ops, blocks)
    if (context.key !== undefined && !verifyCommit(commit, context.key))
      refuse('signature', 'the signature is not valid')
    checkOrder(slice, context)
    return { ok: true, commit, head: { cid: slice.commit, rev: commit.rev, data: commit.data }, unreadable }
  } catch (error) {
    if (!(error instanceof RepoError)) throw error
    const fault = faultOf(error)
    return { ok: false, fault, ...(commit && { commit }), ...(unreadable && { unreadable }) }
  }
}

class Fault extends RepoError {
  readonly reason: SliceReason

  constructor(reason: SliceReason, message: string) {
    super(message)
    this.reason = reason
  }
}

function refuse(reason: SliceReason, message: string): never {
  throw new Fault(reason, message)
}

const verdicts: Partial<Record<SliceReason, SliceVerdict>> = {
  'stale-rev': 'drop',
  'no-prev-data': 'resync',
  since: 'resync',
  'prev-data': 'resync',
}

function faultOf(error: RepoError): SliceFault {
  const reason = reasonOf(error)
  return { reason, verdict: verdicts[reason] ?? 'reject', message: error.message }
}

function reasonOf(error: RepoError): SliceReason {
  if (error instanceof Fault) return error.reason
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
  if (now !== undefined && tidMicroseconds(rev) / 1000 > now + maxFutureMs)
    refuse('future-rev', `rev ${rev} lies ahead`)
  if (previous && rev <= previous.rev) refuse('stale-rev', `rev ${rev} is not newer than ${previous.rev}`)
}

/** Each operation has the fields of its action and a path of its own. */
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

/** The nodes are a tree, and without the operations it is the one before. */
function checkData(slice: CommitSlice, commit: Commit, blocks: BlockMap): void {
  const tree = Mst.load(commit.data, (cid) => blocks.get(cid), { partial: true, trusted: true })
  // A commit without operations need not carry the tree.
  if (slice.ops.length > 0 || blocks.has(commit.data)) checkTree(tree)
  const before = invert(tree, slice.ops)
  const expected = slice.prevData ?? (slice.since === null ? Mst.empty().root : undefined)
  if (expected && !before.equals(expected))
    refuse('inversion', `without its operations the tree is ${before}, not ${expected}`)
}

/** Requires the blocks of the records written. Returns the records that cannot be read. */
function checkRecords(ops: readonly RepoOp[], blocks: BlockMap): UnreadableRecord[] {
  const unreadable: UnreadableRecord[] = []
  for (const { path, cid } of ops) {
    if (cid === null) continue
    const bytes = blocks.get(cid)
    if (bytes === undefined) throw new Fault('record', `the record of ${path} is missing`)
    const { block, fault } = readSentRecord({ cid, bytes })
    if (fault) unreadable.push({ path, block, fault })
  }
  return unreadable
}

/** Whether it continues what was seen: only now, since a forged event must not start a resync. */
function checkOrder(slice: CommitSlice, { previous }: SliceContext): void {
  if (slice.prevData === undefined && slice.since !== null) refuse('no-prev-data', 'prevData is missing')
  if (!previous) return
  if (slice.since !== previous.rev) refuse('since', `since is ${slice.since}, but the last rev is ${previous.rev}`)
  if (!slice.prevData?.equals(previous.data)) refuse('prev-data', `prevData is not the last tree ${previous.data}`)
}
