import { readCar } from '@atoll/car'
import type { DidKey, PublicKey } from '@atoll/crypto'
import { BlockMap, type Cid, CidMap, type GetBlock } from '@atoll/data-model'
import type { Did } from '@atoll/syntax'
import type { Head } from '../commit/commit.ts'
import { referenceChange } from '../commit/references.ts'
import type { CommitData } from '../commit/writes.ts'
import {
  InvalidNodeError,
  MissingBlockError,
  RecordExistsError,
  RecordMissingError,
  VerificationError,
} from '../errors.ts'
import { importLimits, maxExtraPathBytes, maxRecordBytes } from '../limits.ts'
import { checkTree } from '../mst/check.ts'
import { diffNodes, opsBetween } from '../mst/diff.ts'
import { Mst } from '../mst/mst.ts'
import { MstNode } from '../mst/node.ts'
import { applyOp, type RepoOp } from '../mst/op.ts'
import { type RecordFault, readSentRecord, type UnreadableRecord } from '../record.ts'
import { requireRootCommit } from './signed-commit.ts'

/**
 * What changed in a repository since an earlier state, in the form in which a storage takes a
 * commit. `ops` are in order of their paths.
 */
export interface RepoDiff extends Omit<CommitData, 'slice'> {
  /**
   * The new records that cannot be read, in order of their paths. Their blocks are in `added` like
   * all others.
   */
  readonly unreadable: readonly UnreadableRecord[]
}

/** Whose repository it must be, and what is known about it. */
export interface DiffContext {
  readonly did: Did
  /** The account's signing key. */
  readonly key: PublicKey | DidKey
  /**
   * The earlier state: the one whose rev was requested as `since`. Without it, the file must hold
   * the whole repository.
   */
  readonly previous?: Head | undefined
  /** The blocks of that state. They are the caller's own and are not verified again. */
  readonly get?: GetBlock
  readonly limits?: {
    readonly maxBlocks?: number
    /**
     * Bytes of the paths in the received nodes. Default: 16 MiB and four times the length of the
     * file.
     */
    readonly maxPathBytes?: number
  }
}

/**
 * Verifies a CAR file that holds what changed in a repository since a known state, as
 * `com.atproto.sync.getRepo` returns it for a `since`: the account and the signature, every node
 * and record that is new, and that the operations found are all that changed between the two
 * states. Blocks of the known state may be missing from the file.
 *
 * @throws VerificationError, InvalidCommitError, InvalidNodeError, CarError; MissingBlockError for
 * what neither the file nor `get` has (see `withBlocks`)
 * @example
 * const { head, ops, added, removed } = verifyDiff(car, { did, key, previous: head, get })
 */
export function verifyDiff(car: Uint8Array, context: DiffContext): RepoDiff {
  const { did, previous, get: known = () => undefined } = context
  const maxBlocks = context.limits?.maxBlocks ?? importLimits.maxBlocks
  const { roots, blocks } = readCar(car, { maxBlocks, maxBlockBytes: maxRecordBytes })
  const received = new BlockMap(blocks)
  const get: GetBlock = (cid) => received.get(cid) ?? known(cid)
  const commit = requireRootCommit(roots, (cid) => received.get(cid), context)
  const head: Head = { cid: roots[0]!, rev: commit.rev, data: commit.data }
  checkRev(head, previous)

  const maxKeyBytes = context.limits?.maxPathBytes ?? maxExtraPathBytes + 4 * car.length
  // A commit that changed nothing need not bring the tree.
  if (received.has(head.data)) {
    checkReceived(Mst.load(head.data, (cid) => received.get(cid), { partial: true, trusted: true, maxKeyBytes }))
  }
  const before = previous && Mst.load(previous.data, known, { trusted: true })
  const nodes = diffNodes(before, Mst.load(head.data, get, { trusted: true, maxKeyBytes }))
  const ops = opsBetween(nodes.removed, nodes.added)
  const rebuilt = rootAfter(before ?? Mst.empty(), ops)
  if (!rebuilt.equals(head.data)) throw new VerificationError('tree', `the operations lead to ${rebuilt}`)
  const block = { cid: head.cid, bytes: received.get(head.cid)! }
  const { records, unreadable } = recordsOf(ops, get)
  return {
    did,
    head,
    commit: block,
    since: previous?.rev ?? null,
    prev: previous,
    ops,
    ...referenceChange({ commit: block, prev: previous, ops, nodes, records }),
    unreadable,
  }
}

function checkRev({ cid, rev }: Head, previous: Head | undefined): void {
  if (previous && rev <= previous.rev && !cid.equals(previous.cid)) {
    throw new VerificationError('rev', `rev ${rev} is not newer than ${previous.rev}`)
  }
}

/**
 * Checks that the received nodes are parts of one tree and link to no other node twice. That bounds
 * the work that follows.
 */
function checkReceived(tree: Mst): void {
  checkTree(tree)
  const others = new CidMap<true>()
  const waiting = [tree.internals.top]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const child of node.children) {
      if (child instanceof MstNode) waiting.push(child)
      if (child === null || child instanceof MstNode) continue
      if (others.has(child)) throw new InvalidNodeError('key-order', child)
      others.set(child, true)
    }
  }
}

/**
 * The root after the operations: a tree of the same content has the same root, however the sender
 * arranged the blocks.
 */
function rootAfter(before: Mst, ops: readonly RepoOp[]): Cid {
  let tree = before
  try {
    for (const op of ops) tree = applyOp(tree, op)
  } catch (error) {
    if (!(error instanceof RecordExistsError || error instanceof RecordMissingError)) throw error
    throw new VerificationError('tree', error.message)
  }
  return tree.root
}

/** The records that the operations write. One that the known state has need not be in the file. */
function recordsOf(ops: readonly RepoOp[], get: GetBlock): { records: BlockMap; unreadable: UnreadableRecord[] } {
  const records = new BlockMap()
  const faults = new CidMap<RecordFault>()
  const missing = new CidMap<true>()
  for (const { cid } of ops) {
    if (cid === null || records.has(cid)) continue
    const bytes = get(cid)
    if (bytes === undefined) missing.set(cid, true)
    else {
      const { block, fault } = readSentRecord({ cid, bytes })
      records.add(block)
      if (fault) faults.set(cid, fault)
    }
  }
  const [first] = missing.keys()
  if (first) throw new MissingBlockError(first, 'record', [...missing.keys()])
  return { records, unreadable: faults.size > 0 ? unreadableOf(ops, records, faults) : [] }
}

function unreadableOf(ops: readonly RepoOp[], records: BlockMap, faults: CidMap<RecordFault>): UnreadableRecord[] {
  return ops.flatMap(({ path, cid }) => {
    const fault = cid && faults.get(cid)
    // A record with a fault was among the blocks.
    return fault ? [{ path, block: { cid, bytes: records.get(cid)! }, fault }] : []
  })
}
