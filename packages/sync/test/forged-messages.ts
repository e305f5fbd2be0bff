// A good #commit and a good #sync of one account, and what forgers make of them.
import { writeCar } from '@atoll/car'
import { generateKeyPair } from '@atoll/crypto'
import { type Block, type Cid, encodeCbor, type ValueMap } from '@atoll/data-model'
import { formatTid } from '@atoll/syntax'
import { syncEvent } from '../src/build/events.ts'
import type { Remembered, VerifyOptions } from '../src/verify/options.ts'
import { Account, post, put, remove, testDatetime, testTime } from './account.ts'
import { altered, numbered } from './frames.ts'
import { carryCommit, commitBlock, node, pathsOfLayer } from './hostile.ts'

/**
 * An account of six posts that has made two more commits: one post, then a create, an update and a
 * delete together.
 */
export const account = new Account(
  'alice',
  [0, 10, 20, 30, 40, 50].map((count) => put('create', post(count))),
)
/** After its first commit. */
export const first = account.head
account.write(put('create', post(1)))
/** Before its newest commit. */
export const before = account.head
account.write(put('create', post(25)), put('update', post(30), { text: 'new' }), remove(post(10)))

export const { head, commit } = account
export const goodCommit = numbered(account.event(), 7)
export const goodSync = numbered(syncEvent(account.did, head.rev, commit.commit, testDatetime), 7)

/** What both messages are accepted with. */
export const remembered: Remembered = { state: { rev: before.rev, data: before.data } }
export const options: VerifyOptions = { signingKeyOf: () => account.keyPair.didKey(), now: () => testTime }

/** A key that is not the account's. */
export const otherKey = generateKeyPair('k256')

/** Where the operations of the good commit stand. */
export const at = { create: 0, update: 1, deletion: 2 }
export const record = commit.ops[at.create]!.cid!
export const updatedRecord = commit.ops[at.update]!.cid!

const layer1 = pathsOfLayer(1, 9)
/** One in the middle, so that there are keys before and after it. */
const ofLayer1 = layer1[4]!
const layer2 = pathsOfLayer(2, 9)

/** Keys of trees, by the layer to which they belong. */
export const keys = {
  layer0: pathsOfLayer(0, 3) as [string, string, string],
  ofLayer1,
  lastOfLayer1: layer1[8]!,
  lastOfLayer2: layer2[8]!,
  /** A key of layer 0 that comes after `ofLayer1`. */
  afterLayer1: pathsOfLayer(0, 40).find((path) => path > ofLayer1)!,
  /** A key of layer 2 that comes before `ofLayer1`. */
  layer2Before: layer2.find((path) => path < ofLayer1)!,
}

/** Gives the good commit's message other fields. */
export function changeCommit(fields: ValueMap): Uint8Array {
  return altered(goodCommit, (body) => ({ ...body, ...fields }))
}

/** Gives the good sync's message other fields. */
export function changeSync(fields: ValueMap): Uint8Array {
  return altered(goodSync, (body) => ({ ...body, ...fields }))
}

export function removeField(frame: Uint8Array, field: string): Uint8Array {
  return altered(frame, (body) => omitField(body, field))
}

export function omitField(map: ValueMap, field: string): ValueMap {
  const { [field]: _, ...others } = map
  return others
}

/** Changes one operation of the good commit's message. */
export function changeOp(index: number, change: (op: ValueMap) => ValueMap): Uint8Array {
  return altered(goodCommit, (body) => {
    const ops = (body['ops'] as ValueMap[]).map((op, place) => (place === index ? change(op) : op))
    return { ...body, ops }
  })
}

/** Puts another commit block into the good commit's message, signed unless `fields` has a `sig`. */
export function forgeCommit(fields: ValueMap, others: ValueMap = {}): Uint8Array {
  return changeCommit({ ...carryCommit(account, commitBlock(account, fields)), ...others })
}

/** Puts another commit block into the good sync's message, signed unless `fields` has a `sig`. */
export function forgeSync(fields: ValueMap): Uint8Array {
  const rev = fields['rev'] ?? head.rev
  return changeSync({ rev, blocks: packBlock(commitBlock(account, fields)) })
}

/**
 * Commits to the tree at the first of `nodes`, without operations: what is wrong must be in the
 * tree.
 */
export function forgeTree(...nodes: [Block, ...Block[]]): Uint8Array {
  const data = nodes[0].cid
  const block = commitBlock(account, { data })
  return changeCommit({ ...carryCommit(account, block, nodes), ops: [], prevData: data })
}

/** The good commit's blocks, all but one. */
export function omitBlock(cid: Cid): ValueMap {
  const blocks = [...commit.slice].filter((block) => !block.cid.equals(cid))
  return { blocks: writeCar([head.cid], blocks) }
}

export function packBlock(block: Block): Uint8Array {
  return writeCar([block.cid], [block])
}

/** The fields of the newest commit. */
export function headFields(): ValueMap {
  return { ...unsignedFields(), sig: signHead() }
}

/** Signs the newest commit once more. */
export function signHead(): Uint8Array {
  return account.keyPair.sign(encodeCbor(unsignedFields()))
}

function unsignedFields(): ValueMap {
  return { did: account.did, version: 3, data: head.data, rev: head.rev, prev: null }
}

/** A rev that lies some minutes ahead of the clock. */
export function revAhead(minutes: number) {
  return formatTid((testTime + minutes * 60_000) * 1000, 0)
}

/** The entry of `next` behind that of `key`, whose common prefix it leaves out. */
export function compressEntry(key: string, next: string): [prefix: number, suffix: string, value: Cid] {
  let prefix = 0
  while (key[prefix] === next[prefix]) prefix++
  return [prefix, next.slice(prefix), record]
}

/** Puts a subtree below a root that has this key after it, or none. */
export function putBelow(key: string | undefined, child: Block): [root: Block, child: Block] {
  return [key === undefined ? node(child.cid) : node(child.cid, [0, key, record]), child]
}
