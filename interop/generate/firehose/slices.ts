// Whole #commit messages, each good or with one fault.
import type { CID } from 'multiformats/cid'
import { minedKeys, pathsOfLayer } from '../mst/example-keys.ts'
import type { Op } from '../mst/oracles.ts'
import { recordCid } from '../mst/shapes.ts'
import { type Block, blockOf, cidOf, treeOf } from '../mst/tree-by-definition.ts'
import { carOf, carWithHeader } from './car.ts'
import {
  type Announcement,
  announce,
  did,
  incompleteCommit,
  key,
  link,
  type Message,
  messageOf,
  nodesOnPaths,
  now,
  opInJson,
  type State,
  signedCommit,
  stateOf,
} from './commits.ts'
import { k256Key, p256Key, withHighS } from './signing.ts'
import { tidAt, timeOf } from './tid.ts'

export type Verdict = 'accept' | 'reject' | 'ignore' | 'resync'

export interface Slice {
  readonly comment: string
  readonly expect: Verdict
  /** The violated rule. `undefined` for what is accepted. */
  readonly rule?: string
  readonly message: Message
  /** What the receiver knows: the previous state of the repository, and the account's key. */
  readonly previous: { readonly rev: string; readonly data: string } | null
  readonly signingKey: string
  readonly now: string
}

type Settings = Partial<Pick<Slice, 'previous' | 'signingKey' | 'now'>>

/** Those of four commits, a minute apart. */
export const revs = [4, 3, 2, 1].map((minutes) => tidAt(Date.parse(now) - minutes * 60_000))

export function note(text: string, more: object = {}): Block {
  return blockOf({ $type: 'com.example.note', text, ...more })
}

function notes(paths: Iterable<string>): Map<string, Block> {
  return new Map(Array.from(paths, (path) => [path, note(`about ${path}`)]))
}

function changed(
  records: ReadonlyMap<string, Block>,
  ...changes: (readonly [string, Block | undefined])[]
): Map<string, Block> {
  const after = new Map(records)
  for (const [path, block] of changes) block === undefined ? after.delete(path) : after.set(path, block)
  return after
}

const paths = [...pathsOfLayer(0, 8), ...pathsOfLayer(1, 3), ...pathsOfLayer(2, 2)].sort()
const created = 'com.example.note/added'
const updated = paths[4]!
const deleted = paths[7]!

/** The commit of which most messages are variations: a create, an update and a delete. */
export function scene(): { first: State; before: State; good: Announcement } {
  const first = stateOf(revs[0]!, notes(paths.slice(1)))
  const before = stateOf(revs[1]!, notes(paths))
  const after = stateOf(
    revs[2]!,
    changed(before.records, [created, note('new')], [updated, note('other')], [deleted, undefined]),
  )
  return { first, before, good: announce(before, after) }
}

function standing(state: State | undefined): Slice['previous'] {
  return state ? { rev: state.rev, data: String(state.tree.root) } : null
}

function slice(
  comment: string,
  expect: Verdict,
  rule: string | undefined,
  message: Message,
  settings: Settings,
): Slice {
  const previous = settings.previous ?? null
  return {
    comment,
    expect,
    ...(rule !== undefined && { rule }),
    message,
    signingKey: key.didKey,
    now,
    ...settings,
    previous,
  }
}

export function slices(): Slice[] {
  return [...accepted(), ...badCars(), ...badCommits(), ...badOps(), ...badTrees(), ...brokenChains()]
}

function accepted(): Slice[] {
  const { before, good } = scene()
  const { after } = good
  const step = (
    comment: string,
    from: State | undefined,
    to: ReadonlyMap<string, Block>,
    fields: Message = {},
  ): Slice => {
    const told = announce(from, stateOf(from ? revs[2]! : revs[0]!, to))
    return slice(comment, 'accept', undefined, messageOf(told, fields), { previous: standing(from) })
  }
  const same = (comment: string, fields: Message, settings: Settings = {}): Slice =>
    slice(comment, 'accept', undefined, messageOf(good, fields), { previous: standing(before), ...settings })
  const carWith = (blocks: Iterable<Block>, ...others: CID[]) => ({
    blocks: carOf([after.commit.cid, ...others], blocks),
  })
  const highest = minedKeys.at(-1)!
  const moving = before.records.get(paths[0]!)!
  const high = stateOf(revs[1]!, changed(before.records, [highest, moving]))
  const many = pathsOfLayer(0, 200, 'com.example.many/')
  const only = stateOf(revs[1]!, notes(paths.slice(0, 1)))
  const emptyCommit = announce(before, stateOf(revs[2]!, before.records))
  return [
    same('a create, an update and a delete', {}),
    step('the first commit, without records', undefined, new Map()),
    step('the first commit, with records', undefined, before.records),
    step('the first commit, whose prevData is the empty tree', undefined, before.records, {
      prevData: link(treeOf(new Map()).root),
    }),
    step('a create alone', before, changed(before.records, [created, note('new')])),
    step('an update alone', before, changed(before.records, [updated, note('other')])),
    step('a delete alone', before, changed(before.records, [deleted, undefined])),
    step('a delete of the last record', only, new Map()),
    step('all records go, and others come', only, notes(paths.slice(5))),
    step('200 operations', before, changed(before.records, ...many.map((path) => [path, note(path)] as const))),
    step('a create far above all other keys', before, high.records),
    step('a delete of the key far above all others', high, before.records),
    step(
      'a record that moves to another path',
      before,
      changed(before.records, [paths[0]!, undefined], [created, moving]),
    ),
    step(
      'a record that moves to a much higher layer',
      before,
      changed(before.records, [paths[0]!, undefined], [highest, moving]),
    ),
    step(
      'a record that moves down from a much higher layer',
      high,
      changed(high.records, [highest, undefined], [created, moving]),
    ),
    step(
      'two paths with one new record',
      before,
      changed(before.records, [created, note('new')], [`${created}-2`, note('new')]),
    ),
    step('a new record that another path held before', before, changed(before.records, [created, moving])),
    step('a record of 1,000,000 bytes', before, changed(before.records, [created, largeNote(1_000_000)])),
    slice(
      'a commit that changes nothing, with the tree',
      'accept',
      undefined,
      messageOf(emptyCommit, {
        blocks: carOf([emptyCommit.after.commit.cid], [emptyCommit.after.commit, before.tree.nodes[0]!]),
      }),
      { previous: standing(before) },
    ),
    slice(
      'a commit that changes nothing, without the tree',
      'accept',
      undefined,
      messageOf(emptyCommit, { blocks: carOf([emptyCommit.after.commit.cid], [emptyCommit.after.commit]) }),
      { previous: standing(before) },
    ),
    same('operations in another order', { ops: good.ops.toReversed().map(opInJson) }),
    same('blocks in another order', carWith(good.blocks.toReversed())),
    same('blocks that are there twice', carWith([...good.blocks, ...good.blocks])),
    same('all nodes of the tree', carWith([...good.blocks, ...after.tree.nodes])),
    same('blocks that nothing needs', carWith([...good.blocks, note('of somebody else'), ...before.tree.nodes])),
    same('a second root', carWith(good.blocks, before.commit.cid)),
    same('blobs, which are ignored', { blobs: [link(recordCid(1))] }),
    same('tooBig, which is ignored', { tooBig: true }),
    same('rebase, which is no longer used', { rebase: true }),
    same('a field that is not known', { comment: 'hello' }),
    same('a repository that was never seen', {}, { previous: null }),
    same('a rev four minutes ahead', {}, { now: new Date(timeOf(after.rev) - 4 * 60_000).toISOString() }),
    ...[p256Key(9), k256Key(1)].map((signer) => {
      const state = stateOf(revs[2]!, after.records, signer)
      const what = signer.didKey.startsWith('did:key:zDn') ? 'a P-256 key' : 'another K-256 key'
      return slice(`a signature by ${what}`, 'accept', undefined, messageOf(announce(before, state)), {
        previous: standing(before),
        signingKey: signer.didKey,
      })
    }),
    slice(
      'a commit with a link in prev',
      'accept',
      undefined,
      withCommit(good, signedCommit({ data: after.tree.root, rev: after.rev, prev: before.commit.cid })),
      { previous: standing(before) },
    ),
  ]
}

function largeNote(size: number): Block {
  const { length } = note('').bytes
  // The length of the text takes four bytes more than that of none.
  return note('a'.repeat(size - length - 4))
}

/** The good message with another commit block. */
function withCommit({ after, ...good }: Announcement, commit: Block, fields: Message = {}): Message {
  return messageOf({ ...good, after: { ...after, commit }, blocks: [commit, ...good.blocks.slice(1)] }, fields)
}

/** Messages whose blocks are not what a reader expects. */
function badCars(): Slice[] {
  const { before, good } = scene()
  const head = good.after.commit.cid
  const car = carOf([head], good.blocks)
  const wrong = (rule: string, comment: string, fields: Message): Slice =>
    slice(comment, 'reject', rule, messageOf(good, fields), { previous: standing(before) })
  const spoilt = good.blocks.map(({ cid, bytes }, index) => ({
    cid,
    bytes: index === 2 ? bytes.with(5, bytes[5]! ^ 1) : bytes,
  }))
  const withRecord = (block: Block) =>
    messageOf(announce(before, stateOf(revs[2]!, changed(before.records, [created, block]))))
  return [
    wrong('car', 'blocks without bytes', { blocks: new Uint8Array() }),
    wrong('car', 'blocks that are not a CAR file', { blocks: new Uint8Array(100) }),
    wrong('car', 'a CAR file cut short', { blocks: car.subarray(0, -1) }),
    wrong('car', 'a CAR file with bytes after its last block', {
      blocks: Buffer.concat([car, Uint8Array.of(5, 1, 2)]),
    }),
    wrong('car', 'a CAR file of version 2', { blocks: carWithHeader({ version: 2, roots: [head] }, good.blocks) }),
    wrong('car', 'a CAR file without a list of roots', { blocks: carWithHeader({ version: 1 }, good.blocks) }),
    wrong('car', 'a CAR file without a root', { blocks: carOf([], good.blocks) }),
    wrong('car', 'a block whose bytes are not those of its CID', { blocks: carOf([head], spoilt) }),
    wrong('roots', 'another block as root', { blocks: carOf([good.blocks[1]!.cid], good.blocks) }),
    wrong('roots', 'the commit as second root', { blocks: carOf([before.commit.cid, head], good.blocks) }),
    wrong('roots', 'another commit than the root', { commit: link(before.commit.cid) }),
    wrong('commit-block', 'no commit among the blocks', { blocks: carOf([head], good.blocks.slice(1)) }),
    wrong('too-large', 'blocks of 2,000,001 bytes', { blocks: new Uint8Array(2_000_001) }),
    slice('a record of 1,000,001 bytes', 'reject', 'record-size', withRecord(largeNote(1_000_001)), {
      previous: standing(before),
    }),
    slice(
      'a block of 1,000,001 bytes that nothing needs',
      'reject',
      'record-size',
      messageOf(good, { blocks: carOf([head], [...good.blocks, largeNote(1_000_001)]) }),
      { previous: standing(before) },
    ),
  ]
}

function badCommits(): Slice[] {
  const { before, good } = scene()
  const { after } = good
  const fields = { data: after.tree.root, rev: after.rev }
  const sig = key.sign(blockOf({ did, version: 3, prev: null, ...fields }).bytes)
  const wrong = (rule: string, comment: string, commit: Block, others: Message = {}, settings: Settings = {}): Slice =>
    slice(comment, 'reject', rule, withCommit(good, commit, others), { previous: standing(before), ...settings })
  const complete = { did, version: 3, prev: null, ...fields }
  const ahead = tidAt(Date.parse(now) + 6 * 60_000)
  return [
    wrong('commit-block', 'version 2', signedCommit({ ...fields, version: 2 })),
    wrong('commit-block', 'version 4', signedCommit({ ...fields, version: 4 })),
    wrong('commit-block', 'a version that is text', signedCommit({ ...fields, version: '3' })),
    wrong('commit-block', 'a rev that is not a TID', signedCommit({ ...fields, rev: 'newest' })),
    wrong('commit-block', 'a did that is not a DID', signedCommit({ ...fields, did: 'alice.example' })),
    wrong('commit-block', 'data that is text', signedCommit({ ...fields, data: String(after.tree.root) })),
    wrong('commit-block', 'data with the raw codec', signedCommit({ ...fields, data: cidOf(new Uint8Array(), 0x55) })),
    wrong('commit-block', 'data that is null', signedCommit({ ...fields, data: null })),
    wrong('commit-block', 'a prev that is text', signedCommit({ ...fields, prev: '' })),
    wrong('commit-block', 'a signature that is text', signedCommit({ ...fields, sig: 'signed' })),
    wrong('commit-block', 'a commit that is a list', blockOf([complete])),
    wrong('commit-block', 'a commit that is not CBOR', rawBlock(0xff, 0xff)),
    wrong('commit-block', 'a commit that is a tree node', after.tree.nodes[0]!),
    ...(['did', 'version', 'data', 'rev', 'prev', 'sig'] as const).map((field) =>
      wrong('commit-block', `a commit without ${field}`, incompleteCommit(complete, field)),
    ),
    wrong('did', "another account's commit", signedCommit({ ...fields, did: 'did:web:bob.example' })),
    wrong('rev', 'another rev in the commit than in the message', signedCommit({ ...fields, rev: revs[3]! })),
    wrong('rev', 'another rev in the message than in the commit', after.commit, { rev: revs[3]! }),
    wrong('future-rev', 'a rev six minutes ahead', signedCommit({ ...fields, rev: ahead }), { rev: ahead }),
    wrong('signature-form', 'a signature of 63 bytes', signedCommit({ ...fields, sig: sig.slice(0, 63) })),
    wrong('signature-form', 'a signature of 65 bytes', signedCommit({ ...fields, sig: Uint8Array.of(...sig, 0) })),
    wrong('signature-form', 'a signature without bytes', signedCommit({ ...fields, sig: new Uint8Array() })),
    wrong('signature-form', 'a signature whose S is high', signedCommit({ ...fields, sig: withHighS(sig) })),
    wrong('signature', 'a signature of zeros', signedCommit({ ...fields, sig: new Uint8Array(64) })),
    wrong('signature', 'a signature by another key', signedCommit(fields, k256Key(8))),
    wrong('signature', 'a signature by a key of the other curve', signedCommit(fields, p256Key(8))),
    wrong(
      'signature',
      'the signature of another commit',
      signedCommit({ ...fields, sig: key.sign(before.commit.bytes) }),
    ),
    wrong('signature', 'a key that the account had before', after.commit, {}, { signingKey: k256Key(8).didKey }),
  ]
}

function rawBlock(...bytes: number[]): Block {
  return { cid: cidOf(Uint8Array.from(bytes)), bytes: Uint8Array.from(bytes) }
}

function badOps(): Slice[] {
  const { before, good } = scene()
  const { after, ops, blocks } = good
  const at = (path: string) => ops.findIndex((op) => op.path === path)
  const other = String(recordCid(999))
  const wrong = (rule: string, comment: string, fields: Message): Slice =>
    slice(comment, 'reject', rule, messageOf(good, fields), { previous: standing(before) })
  const withOp = (path: string, changes: Partial<Record<keyof Op, unknown>>) => ({
    ops: ops.map((op) => opInJson({ ...op, ...(op.path === path && changes) } as Op)),
  })
  const withoutBlock = (path: string) => ({
    blocks: carOf(
      [after.commit.cid],
      blocks.filter(({ cid }) => String(cid) !== ops[at(path)]!.cid),
    ),
  })
  const plus = (...more: Op[]) => ({ ops: [...ops, ...more].map(opInJson) })
  const tooMany = Array.from({ length: 201 }, (_, index) =>
    opInJson({ action: 'create', path: `${created}-${index}`, cid: other }),
  )
  const there = paths[0]!
  return [
    wrong('too-many-ops', '201 operations', { ops: tooMany }),
    wrong('op', 'an action that is not known', withOp(created, { action: 'move' })),
    wrong('op', 'a create without a cid', withOp(created, { cid: null })),
    wrong('op', 'a create with a prev', withOp(created, { prev: other })),
    wrong('op', 'an update without a cid', withOp(updated, { cid: null })),
    wrong('op', 'an update without a prev', withOp(updated, { prev: undefined })),
    wrong('op', 'a delete with a cid', withOp(deleted, { cid: other })),
    wrong('op', 'a delete without a prev', withOp(deleted, { prev: undefined })),
    wrong('op', 'a path without a record key', withOp(created, { path: 'com.example.note' })),
    wrong('op', 'a path without a collection', withOp(created, { path: '/added' })),
    wrong('op', 'a path whose collection is not normalized', withOp(created, { path: 'com.Example.note/added' })),
    wrong('op', 'a path of three parts', withOp(created, { path: `${created}/more` })),
    wrong('op', 'a path whose collection is not an NSID', withOp(created, { path: 'note/added' })),
    wrong('op', 'a path whose record key is ..', withOp(created, { path: 'com.example.note/..' })),
    wrong('op', 'two operations on one path', plus(ops[at(created)]!)),
    wrong(
      'op',
      'an update of what the same commit created',
      plus({ action: 'update', path: created, cid: other, prev: ops[at(created)]!.cid! }),
    ),
    wrong('record', 'a created record that is missing', withoutBlock(created)),
    wrong('record', 'an updated record that is missing', withoutBlock(updated)),
    wrong('inversion', 'the create left out', { ops: ops.toSpliced(at(created), 1).map(opInJson) }),
    wrong('inversion', 'the update left out', { ops: ops.toSpliced(at(updated), 1).map(opInJson) }),
    wrong('inversion', 'the delete left out', { ops: ops.toSpliced(at(deleted), 1).map(opInJson) }),
    wrong('inversion', 'all operations left out', { ops: [] }),
    wrong(
      'inversion',
      'a create that never was',
      plus({ action: 'create', path: `${created}-2`, cid: ops[at(created)]!.cid }),
    ),
    wrong(
      'inversion',
      'a delete of what never was',
      plus({ action: 'delete', path: `${created}-2`, cid: null, prev: other }),
    ),
    wrong(
      'inversion',
      'a delete of what is still there',
      plus({ action: 'delete', path: there, cid: null, prev: String(before.records.get(there)!.cid) }),
    ),
    wrong('inversion', 'a create of another record than is there', withOp(created, { cid: ops[at(updated)]!.cid })),
    wrong('inversion', 'an update from another record than there was', withOp(updated, { prev: other })),
    wrong('inversion', 'a delete of another record than there was', withOp(deleted, { prev: other })),
    wrong('inversion', 'a create that says it is an update', withOp(created, { action: 'update', prev: other })),
    wrong('inversion', 'an update that says it is a create', withOp(updated, { action: 'create', prev: undefined })),
    wrong('inversion', 'another prevData than the tree before', { prevData: link(treeOf(new Map()).root) }),
    slice(
      'records in a first commit whose prevData is not the empty tree',
      'reject',
      'inversion',
      messageOf(announce(undefined, before), { prevData: link(before.tree.root) }),
      {},
    ),
    slice(
      'records in a first commit that its operations do not tell',
      'reject',
      'inversion',
      messageOf(announce(undefined, before), { ops: [] }),
      {},
    ),
  ]
}

/**
 * Messages in whose tree something is missing or wrong. What a tree must be is tested with
 * mst/forged-trees.json.
 */
function badTrees(): Slice[] {
  const { before, good } = scene()
  const { after, blocks, ops } = good
  const missing = nodesOnPaths(ops, after.tree).map((gone, index) =>
    slice(
      index === 0 ? 'no tree' : `without node ${index + 1} of those on the way to a key that was written`,
      'reject',
      index === 0 ? 'tree' : 'inversion',
      messageOf(good, {
        blocks: carOf(
          [after.commit.cid],
          blocks.filter(({ cid }) => !cid.equals(gone.cid)),
        ),
      }),
      { previous: standing(before) },
    ),
  )
  const empty = blockOf({ e: [], l: null })
  const low = pathsOfLayer(1, 1)[0]!
  const over = blockOf({ e: [{ k: new TextEncoder().encode(low), p: 0, t: empty.cid, v: recordCid(1) }], l: null })
  const onlyLink = blockOf({ e: [], l: before.tree.root })
  const treeOnly = (comment: string, ...tree: Block[]) => {
    const commit = signedCommit({ data: tree[0]!.cid, rev: revs[2]! })
    const fields = {
      commit: link(commit.cid),
      ops: [],
      prevData: link(tree[0]!.cid),
      blocks: carOf([commit.cid], [commit, ...tree]),
    }
    return slice(comment, 'reject', 'tree', messageOf(good, fields), {})
  }
  return [
    ...missing,
    treeOnly('a tree that is a list', blockOf([])),
    treeOnly('a tree with an empty node at its end', over, empty),
    treeOnly('a tree with an empty node on top', onlyLink, ...before.tree.nodes),
  ]
}

function brokenChains(): Slice[] {
  const { first, before, good } = scene()
  const late = (comment: string, expect: Verdict, rule: string, fields: Message, settings: Settings = {}) =>
    slice(comment, expect, rule, messageOf(good, fields), { previous: standing(before), ...settings })
  const forger = { signingKey: k256Key(8).didKey }
  return [
    late('a rev that was seen before', 'ignore', 'stale-rev', {}, { previous: standing(good.after) }),
    late(
      'a rev older than the last',
      'ignore',
      'stale-rev',
      {},
      { previous: { rev: revs[3]!, data: String(before.tree.root) } },
    ),
    late('a commit was missed', 'resync', 'since', {}, { previous: standing(first) }),
    late('another since than the last rev', 'resync', 'since', { since: first.rev }),
    late('a since of null where there was a commit', 'resync', 'since', { since: null }),
    late(
      'another tree than the last',
      'resync',
      'prev-data',
      {},
      { previous: { rev: before.rev, data: String(first.tree.root) } },
    ),
    late('no prevData', 'resync', 'no-prev-data', { prevData: undefined }),
    late('a broken chain on the word of a forger', 'reject', 'signature', { since: first.rev }, forger),
  ]
}
