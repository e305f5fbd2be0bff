import { readCar } from '@atoll/car'
import type { DidKey, PublicKey } from '@atoll/crypto'
import { type Block, BlockMap, type Cid, type GetBlock, type ValueMap } from '@atoll/data-model'
import type { Did, Nsid, RecordKey } from '@atoll/syntax'
import type { Commit, Head } from '../commit/commit.ts'
import { MissingBlockError, VerificationError } from '../errors.ts'
import { maxLayer, maxRecordBytes } from '../limits.ts'
import { checkTree } from '../mst/check.ts'
import { Mst } from '../mst/mst.ts'
import { formatPath } from '../path.ts'
import { type RecordFault, readSentRecord } from '../record.ts'
import { requireRootCommit } from './signed-commit.ts'

/**
 * The blocks that prove what a repository holds at a path: the commit, the nodes down to the path,
 * and the record. If there is no record, commit and nodes prove that.
 * @throws MissingBlockError when `get` lacks a block (see `withBlocks`)
 * @see https://atproto.com/specs/sync#com-atproto-sync-getrecord
 */
export function proveRecord(place: {
  head: Pick<Head, 'cid' | 'data'>
  get: GetBlock
  collection: Nsid
  rkey: RecordKey
}): Block[] {
  const { head, get, collection, rkey } = place
  const path = formatPath(collection, rkey)
  const tree = Mst.load(head.data, get)
  const record = tree.get(path)
  const blocks = [requireBlock(get, head.cid, 'commit'), ...tree.path(path)]
  return record ? [...blocks, requireBlock(get, record, 'record')] : blocks
}

function requireBlock(get: GetBlock, cid: Cid, wanted: 'commit' | 'record'): Block {
  const bytes = get(cid)
  if (bytes === undefined) throw new MissingBlockError(cid, wanted)
  return { cid, bytes }
}

/** What a proof shows: that there is no record, a record, or a record that cannot be read. */
export type ProvenRecord = { readonly commit: Commit } & (
  | { readonly cid: null; readonly block?: undefined; readonly record?: undefined; readonly fault?: undefined }
  | { readonly cid: Cid; readonly block: Block; readonly record: ValueMap; readonly fault?: undefined }
  | { readonly cid: Cid; readonly block: Block; readonly record?: undefined; readonly fault: RecordFault }
)

/**
 * The nodes on the path to a record, the record and the commit, with room for nodes beside the
 * path.
 */
const maxProofBlocks = 4 * (maxLayer + 2)

/**
 * What a CAR file of `proveRecord` proves about one path of the account `did`, signed by `key`.
 * @throws VerificationError, InvalidNodeError, InvalidCommitError, CarError
 */
export function verifyProof(
  car: Uint8Array,
  claim: { did: Did; key: PublicKey | DidKey; collection: Nsid; rkey: RecordKey },
): ProvenRecord {
  const { roots, blocks } = readCar(car, { maxBlocks: maxProofBlocks, maxBlockBytes: maxRecordBytes })
  const received = new BlockMap(blocks)
  const get: GetBlock = (cid) => received.get(cid)
  const commit = requireRootCommit(roots, get, claim)
  const tree = Mst.load(commit.data, get, { partial: true, trusted: true })
  const cid = recordAt(tree, formatPath(claim.collection, claim.rkey))
  if (cid === undefined) return { commit, cid: null }
  const bytes = get(cid)
  if (bytes === undefined) throw new VerificationError('missing-record', `the record ${cid} is not in the proof`)
  const { block, value, fault } = readSentRecord({ cid, bytes })
  return fault ? { commit, cid, block, fault } : { commit, cid, block, record: value }
}

function recordAt(tree: Mst, path: string): Cid | undefined {
  try {
    checkTree(tree)
    return tree.get(path)
  } catch (error) {
    if (error instanceof MissingBlockError) throw new VerificationError('missing-node', error.message)
    throw error
  }
}
