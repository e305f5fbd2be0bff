// One message for each way to break a rule of sync 1.1, and what becomes of it.
import { writeCar } from '@atoll/car'
import { generateKeyPair } from '@atoll/crypto'
import { type Block, blockOf, cidOfRaw, encodeCbor, type Value, type ValueMap } from '@atoll/data-model'
import type { NodeReason } from '@atoll/repo'
import { formatTid } from '@atoll/syntax'
import { describe, expect, it } from 'vitest'
import { Account, post, put, remove, testDatetime, testTime } from '../../test/account.ts'
import { altered, bodyOf, numbered } from '../../test/frames.ts'
import { carrying, commitBlock, node, pathsOfLayer, withHighS } from '../../test/hostile.ts'
import { syncEvent } from '../build/events.ts'
import { decodeMessage } from '../decode/decode-message.ts'
import type { Rule } from '../rules.ts'
import type { Remembered, VerifyOptions } from './options.ts'
import { verifyEvent } from './verify-event.ts'

const account = new Account(
  'alice',
  [0, 10, 20, 30, 40, 50].map((count) => put('create', post(count))),
)
const first = account.head
account.write(put('create', post(1)))
const before = account.head
account.write(put('create', post(25)), put('update', post(30), { text: 'new' }), remove(post(10)))
const { did, head, commit, keyPair } = account
const good = numbered(account.event(), 7)
const goodSync = numbered(syncEvent(did, head.rev, commit.commit, testDatetime), 7)
const remembered: Remembered = { state: { rev: before.rev, data: before.data } }
const otherKey = generateKeyPair('k256')
const verifying: VerifyOptions = { signingKeyOf: () => keyPair.didKey(), now: () => testTime }

interface Settings {
  remembered?: Remembered
  verifying?: Partial<VerifyOptions>
}

async function judged(frame: Uint8Array, settings: Settings = {}) {
  const by = { ...verifying, ...settings.verifying }
  const decoded = decodeMessage(frame, by)
  if (!decoded.ok) return { outcome: 'reject', ...decoded.violation }
  const { message } = decoded
  if (!('did' in message)) throw new Error(`a ${message.kind}`)
  return verifyEvent(message, { ...remembered, ...settings.remembered }, by)
}

type Case = [
  rule: Rule,
  outcome: 'reject' | 'drop' | 'desynchronized',
  what: string,
  frame: () => Uint8Array,
  settings?: Settings,
]

/** The good commit's message with other fields. */
function commitWith(fields: ValueMap): Uint8Array {
  return altered(good, (body) => ({ ...body, ...fields }))
}

function commitWithout(field: string): Uint8Array {
  return altered(good, ({ [field]: _, ...others }) => others)
}

/** The good commit's message with another commit block, signed unless `sig` says otherwise. */
function signed(fields: ValueMap, others: ValueMap = {}): Uint8Array {
  return commitWith({ ...carrying(account, commitBlock(account, fields)), ...others })
}

/** Operations as the good message has them, one changed. */
function withOp(index: number, change: (op: ValueMap) => ValueMap): Uint8Array {
  return altered(good, (body) => {
    const ops = (body['ops'] as ValueMap[]).map((op, at) => (at === index ? change(op) : op))
    return { ...body, ops }
  })
}

function without(op: ValueMap, field: string): ValueMap {
  const { [field]: _, ...others } = op
  return others
}

/** A commit of the tree at the first of `nodes`, without operations: what is wrong must be in the tree. */
function treeOf(...nodes: [Block, ...Block[]]): Uint8Array {
  const data = nodes[0].cid
  const block = commitBlock(account, { data })
  return commitWith({ ...carrying(account, block, nodes), ops: [], prevData: data })
}

const value = commit.ops[0]!.cid!
const [create, update, deletion] = [0, 1, 2]
const low = pathsOfLayer(0, 3)
const high = pathsOfLayer(1, 9)[4]!
const highest = pathsOfLayer(1, 9)[8]!
/** Low and high keys on either side of `high`. */
const above = pathsOfLayer(0, 40).find((path) => path > high)!
const lowerTwo = pathsOfLayer(2, 9).find((path) => path < high)!

function blocksWithout(cid: { toString(): string }): ValueMap {
  const blocks = [...commit.slice].filter((block) => String(block.cid) !== String(cid))
  return { blocks: writeCar([head.cid], blocks) }
}

const frames: Case[] = [
  ['frame', 'reject', 'bytes that are not CBOR', () => new Uint8Array([0xff, 0xff])],
  ['frame', 'reject', 'an empty frame', () => new Uint8Array()],
  ['frame', 'reject', 'a frame cut short', () => good.subarray(0, good.length - 1)],
  ['frame', 'reject', 'a third object', () => Buffer.concat([good, encodeCbor({})])],
  ['frame', 'reject', 'a header without op', () => Buffer.concat([encodeCbor({ t: '#commit' }), encodeCbor({})])],
  ['frame', 'reject', 'a message without type', () => Buffer.concat([encodeCbor({ op: 1 }), encodeCbor({})])],
  [
    'frame',
    'reject',
    'a body that is not a map',
    () => Buffer.concat([encodeCbor({ op: 1, t: '#commit' }), encodeCbor([])]),
  ],
  ['frame', 'reject', '5,000,001 bytes', () => new Uint8Array(5_000_001)],
  ['form', 'reject', 'no repo', () => commitWithout('repo')],
  ['form', 'reject', 'no since', () => commitWithout('since')],
  ['form', 'reject', 'no blocks', () => commitWithout('blocks')],
  ['form', 'reject', 'no ops', () => commitWithout('ops')],
  ['form', 'reject', 'no seq', () => commitWithout('seq')],
  ['form', 'reject', 'a repo that is no DID', () => commitWith({ repo: 'did:plc' })],
  ['form', 'reject', 'a rev that is no TID', () => commitWith({ rev: '3jzfcijpj2z2' })],
  ['form', 'reject', 'a commit that is no link', () => commitWith({ commit: String(head.cid) })],
  ['form', 'reject', 'an operation that is not a map', () => commitWith({ ops: ['create'] })],
  ['form', 'reject', 'a prev of null', () => withOp(update, (op) => ({ ...op, prev: null }))],
  ['time', 'reject', 'a time that is no datetime', () => commitWith({ time: 'yesterday' })],
  ['seq', 'reject', 'a seq of 0', () => commitWith({ seq: 0 })],
  ['seq', 'reject', 'a seq below 0', () => commitWith({ seq: -7 })],
]

const sources: Case[] = [
  ['inactive', 'drop', 'a commit of an inactive account', () => good, { remembered: { active: false } }],
  ['inactive', 'drop', 'a sync of an inactive account', () => goodSync, { remembered: { active: false } }],
  ['identity', 'drop', 'no signing key', () => good, { verifying: { signingKeyOf: () => undefined } }],
  [
    'identity',
    'drop',
    'no server',
    () => good,
    { verifying: { host: { url: 'https://a.test', pdsOf: () => undefined } } },
  ],
  [
    'host',
    'reject',
    "another account's server",
    () => good,
    { verifying: { host: { url: 'https://a.test', pdsOf: () => 'https://b.test' } } },
  ],
  [
    'host',
    'reject',
    'another port',
    () => good,
    { verifying: { host: { url: 'https://a.test', pdsOf: () => 'https://a.test:444' } } },
  ],
]

const envelopes: Case[] = [
  ['too-large', 'reject', 'blocks of 2,000,001 bytes', () => commitWith({ blocks: new Uint8Array(2_000_001) })],
  [
    'too-many-ops',
    'reject',
    '201 operations',
    () =>
      commitWith({
        ops: Array.from({ length: 201 }, (_, count) => ({ action: 'create', path: post(count), cid: value })),
      }),
  ],
  [
    'record-size',
    'reject',
    'a record of 1,000,001 bytes',
    () => commitWith({ blocks: writeCar([head.cid], [...commit.slice, blockOf({ t: 'a'.repeat(1_000_001) })]) }),
  ],
  ['car', 'reject', 'blocks that are no CAR file', () => commitWith({ blocks: new Uint8Array(100) })],
  ['car', 'reject', 'no blocks at all', () => commitWith({ blocks: new Uint8Array() })],
  [
    'car',
    'reject',
    'a CAR file cut short',
    () => altered(good, (body) => ({ ...body, blocks: (body['blocks'] as Uint8Array).slice(0, -1) })),
  ],
  ['car', 'reject', 'a CAR file without roots', () => commitWith({ blocks: writeCar([], commit.slice) })],
  [
    'car',
    'reject',
    'a block that does not match its CID',
    () =>
      commitWith({
        blocks: writeCar(
          [head.cid],
          [...commit.slice].map(({ cid, bytes }, at) => ({
            cid,
            bytes: at === 2 ? bytes.with(5, bytes[5]! ^ 1) : bytes,
          })),
        ),
      }),
  ],
  ['roots', 'reject', 'another root', () => commitWith({ blocks: writeCar([before.cid], commit.slice) })],
  [
    'roots',
    'reject',
    'the commit as the second root',
    () => commitWith({ blocks: writeCar([before.cid, head.cid], commit.slice) }),
  ],
  ['roots', 'reject', 'a commit field that is not the root', () => commitWith({ commit: before.cid })],
  ['commit-block', 'reject', 'no commit in the blocks', () => commitWith(blocksWithout(head.cid))],
]

const commits: Case[] = [
  ['commit-block', 'reject', 'version 2', () => signed({ version: 2 })],
  ['commit-block', 'reject', 'a version of another type', () => signed({ version: '3' })],
  ['commit-block', 'reject', 'an unknown field', () => signed({ extra: 1 })],
  ['commit-block', 'reject', 'a rev that is no TID', () => signed({ rev: 'newest' })],
  ['commit-block', 'reject', 'a did that is no DID', () => signed({ did: 'alice.test' })],
  ['commit-block', 'reject', 'data that is no link', () => signed({ data: String(head.data) })],
  ['commit-block', 'reject', 'data that links to a blob', () => signed({ data: cidOfRaw(new Uint8Array()) })],
  ['commit-block', 'reject', 'a prev that is no link', () => signed({ prev: '' })],
  ['commit-block', 'reject', 'a sig that is not bytes', () => signed({ sig: 'valid' })],
  ['commit-block', 'reject', 'a commit that is a list', () => commitWith(carrying(account, blockOf([1])))],
  [
    'commit-block',
    'reject',
    'a commit that is no CBOR',
    () => commitWith(carrying(account, { cid: cidOfRaw(new Uint8Array([1, 2])), bytes: new Uint8Array([1, 2]) })),
  ],
  ...['did', 'version', 'data', 'rev', 'prev', 'sig'].map(
    (field): Case => [
      'commit-block',
      'reject',
      `a commit without ${field}`,
      () => commitWith(carrying(account, blockOf(without(commitFields(), field)))),
    ],
  ),
  ['did', 'reject', "another account's commit", () => signed({ did: 'did:web:bob.test' })],
  ['did', 'reject', "another account's repo", () => commitWith({ repo: 'did:web:bob.test' })],
  ['rev', 'reject', 'another rev in the commit', () => signed({ rev: account.nextRev() })],
  ['rev', 'reject', 'another rev in the message', () => commitWith({ rev: account.nextRev() })],
  ['future-rev', 'reject', 'a rev six minutes ahead', () => signed({ rev: ahead(6) }, { rev: ahead(6) })],
  ['stale-rev', 'drop', 'the rev that was processed last', () => good, { remembered: { state: head } }],
  [
    'stale-rev',
    'drop',
    'a rev before the last',
    () => good,
    { remembered: { state: { ...head, rev: account.nextRev() } } },
  ],
  ['signature-form', 'reject', 'a signature of 63 bytes', () => signed({ sig: signature().slice(0, 63) })],
  [
    'signature-form',
    'reject',
    'a signature of 65 bytes',
    () => signed({ sig: Buffer.concat([signature(), Buffer.of(0)]) }),
  ],
  ['signature-form', 'reject', 'no signature', () => signed({ sig: new Uint8Array() })],
  ['signature-form', 'reject', 'the signature with a high S', () => signed({ sig: withHighS(signature(), 'k256') })],
  [
    'signature',
    'reject',
    'a signature by another key',
    () => commitWith(carrying(account, commitBlock(account, {}, otherKey))),
  ],
  [
    'signature',
    'reject',
    'a signature of another commit',
    () => signed({ sig: account.keyPair.sign(new Uint8Array()) }),
  ],
  ['signature', 'reject', 'a signature of zeros', () => signed({ sig: new Uint8Array(64) })],
]

const operations: Case[] = [
  ['op', 'reject', 'an unknown action', () => withOp(create, (op) => ({ ...op, action: 'move' }))],
  ['op', 'reject', 'a create without cid', () => withOp(create, (op) => ({ ...op, cid: null }))],
  ['op', 'reject', 'a create with prev', () => withOp(create, (op) => ({ ...op, prev: value }))],
  ['op', 'reject', 'an update without cid', () => withOp(update, (op) => ({ ...op, cid: null }))],
  ['op', 'reject', 'an update without prev', () => withOp(update, (op) => without(op, 'prev'))],
  ['op', 'reject', 'a delete with cid', () => withOp(deletion, (op) => ({ ...op, cid: value }))],
  ['op', 'reject', 'a delete without prev', () => withOp(deletion, (op) => without(op, 'prev'))],
  [
    'op',
    'reject',
    'a path without a record key',
    () => withOp(create, (op) => ({ ...op, path: 'app.bsky.feed.post' })),
  ],
  ['op', 'reject', 'a path of three parts', () => withOp(create, (op) => ({ ...op, path: `${post(25)}/x` }))],
  ['op', 'reject', 'a path whose collection is no NSID', () => withOp(create, (op) => ({ ...op, path: 'posts/one' }))],
  [
    'op',
    'reject',
    'a path whose record key is none',
    () => withOp(create, (op) => ({ ...op, path: 'app.bsky.feed.post/..' })),
  ],
  [
    'op',
    'reject',
    'two operations on one path',
    () => altered(good, (body) => ({ ...body, ops: [...(body['ops'] as Value[]), (body['ops'] as Value[])[0]!] })),
  ],
  ['record', 'reject', 'a created record that is missing', () => commitWith(blocksWithout(value))],
  ['record', 'reject', 'an updated record that is missing', () => commitWith(blocksWithout(commit.ops[update]!.cid!))],
  [
    'inversion',
    'reject',
    'an operation left out',
    () => altered(good, (body) => ({ ...body, ops: (body['ops'] as Value[]).slice(1) })),
  ],
  ['inversion', 'reject', 'all operations left out', () => commitWith({ ops: [] })],
  [
    'inversion',
    'reject',
    'an invented create',
    () =>
      altered(good, (body) => ({
        ...body,
        ops: [...(body['ops'] as Value[]), { action: 'create', path: post(26), cid: value }],
      })),
  ],
  [
    'inversion',
    'reject',
    'an invented delete',
    () =>
      altered(good, (body) => ({
        ...body,
        ops: [...(body['ops'] as Value[]), { action: 'delete', path: post(26), cid: null, prev: value }],
      })),
  ],
  [
    'inversion',
    'reject',
    'a create with another value',
    () => withOp(create, (op) => ({ ...op, cid: commit.ops[update]!.cid! })),
  ],
  ['inversion', 'reject', 'an update from another value', () => withOp(update, (op) => ({ ...op, prev: value }))],
  ['inversion', 'reject', 'a delete of another value', () => withOp(deletion, (op) => ({ ...op, prev: value }))],
  ['inversion', 'reject', 'a delete of what is there', () => withOp(deletion, (op) => ({ ...op, path: post(0) }))],
  [
    'inversion',
    'reject',
    'a create that says it is an update',
    () => withOp(create, (op) => ({ ...op, action: 'update', prev: value })),
  ],
  ['inversion', 'reject', 'another prevData', () => commitWith({ prevData: first.data })],
]

type TreeCase = [reason: NodeReason, what: string, nodes: [root: Block, ...below: Block[]]]

const trees: TreeCase[] = [
  ['encoding', 'a node that is no map', [blockOf([])]],
  ['encoding', 'a node with an unknown field', [blockOf({ e: [], l: null, x: 1 })]],
  ['encoding', 'an entry without value', [blockOf({ e: [{ k: new Uint8Array([97]), p: 0, t: null }], l: null })]],
  ['key-order', 'keys out of order', [node(null, [0, low[1]!, value], entryAfter(low[1]!, low[0]!))]],
  ['key-order', 'one key twice', [node(null, [0, low[0]!, value], [low[0]!.length, '', value])]],
  ['key-order', 'a subtree on the wrong side', rootOver(high, node(null, [0, above, value]))],
  ['prefix', 'a prefix that could be longer', [node(null, [0, low[0]!, value], [0, low[1]!, value])]],
  ['prefix', 'a prefix of the first key', [node(null, [1, low[0]!, value])]],
  ['layer', 'keys of two layers in one node', [node(null, [0, low[0]!, value], entryAfter(low[0]!, highest))]],
  [
    'layer',
    'a subtree of a lower layer than the one below',
    rootOver(pathsOfLayer(2, 9)[8]!, node(null, [0, low[0]!, value])),
  ],
  ['layer', 'a subtree of a higher layer', rootOver(high, node(null, [0, lowerTwo, value]))],
  ['layer', 'a subtree below layer 0', rootOver(low[2]!, node(null, [0, low[0]!, value]))],
  ['empty', 'an empty subtree', rootOver(high, node(null))],
  ['untrimmed', 'a root without keys', rootOver(undefined, node(null, [0, low[0]!, value]))],
  ['key-length', 'a key of 1,025 bytes', [node(null, [0, `com.example.note/${'a'.repeat(1008)}`, value])]],
  ['key-syntax', 'a key that is no path', [node(null, [0, 'no path', value])]],
  ['key-syntax', 'a key that is not normalized', [node(null, [0, 'com.Example.note/a', value])]],
  ['key-syntax', 'a key that is not ASCII', [node(null, [0, 'com.example.note/é', value])]],
]

const chains: Case[] = [
  ['since', 'desynchronized', 'a commit that skips one', () => good, { remembered: { state: first } }],
  ['since', 'desynchronized', 'another since', () => commitWith({ since: first.rev })],
  ['since', 'desynchronized', 'no since', () => commitWith({ since: null })],
  [
    'prev-data',
    'desynchronized',
    'another tree than remembered',
    () => good,
    { remembered: { state: { rev: before.rev, data: first.data } } },
  ],
  ['no-prev-data', 'desynchronized', 'no prevData', () => commitWithout('prevData')],
]

const syncs: Case[] = [
  ['form', 'reject', 'no rev', () => syncWithout('rev')],
  ['form', 'reject', 'a did that is none', () => syncWith({ did: 'alice' })],
  ['time', 'reject', 'a time that is no datetime', () => syncWith({ time: '' })],
  ['too-large', 'reject', 'blocks of 10,001 bytes', () => syncWith({ blocks: new Uint8Array(10_001) })],
  ['car', 'reject', 'blocks that are no CAR file', () => syncWith({ blocks: new Uint8Array(9) })],
  ['commit-block', 'reject', 'no commit in the blocks', () => syncWith({ blocks: writeCar([head.cid], []) })],
  ['commit-block', 'reject', 'a root that is no commit', () => syncWith({ blocks: writeCar([value], [blockOf({})]) })],
  ['commit-block', 'reject', 'a commit of version 2', () => syncOf({ version: 2 })],
  ['did', 'reject', "another account's commit", () => syncOf({ did: 'did:web:bob.test' })],
  ['rev', 'reject', 'another rev than the commit has', () => syncWith({ rev: before.rev })],
  ['future-rev', 'reject', 'a rev six minutes ahead', () => syncOf({ rev: ahead(6) })],
  [
    'stale-rev',
    'drop',
    'an older rev than remembered',
    () => goodSync,
    { remembered: { state: { ...head, rev: account.nextRev() } } },
  ],
  ['same-state', 'drop', 'the state that is remembered', () => goodSync, { remembered: { state: head } }],
  ['signature-form', 'reject', 'a high S', () => syncOf({ sig: withHighS(signature(), 'k256') })],
  [
    'signature',
    'reject',
    'a signature by another key',
    () => syncWith({ blocks: carOf(commitBlock(account, {}, otherKey)) }),
  ],
  ['other-state', 'desynchronized', 'another tree than remembered', () => goodSync],
  [
    'other-state',
    'desynchronized',
    'a repository that was never seen',
    () => goodSync,
    { remembered: { state: undefined } },
  ],
  [
    'other-state',
    'desynchronized',
    'another tree at the rev that is remembered',
    () => goodSync,
    { remembered: { state: { ...before, rev: head.rev } } },
  ],
]

const tables = { frames, sources, envelopes, commits, operations, chains, syncs }

describe.each(Object.entries(tables))('%s', (_, cases) => {
  it.each(cases)('%s: %s for %s', async (rule, outcome, _what, frame, settings) => {
    expect(await judged(frame(), settings)).toMatchObject({ rule, outcome })
  })
})

describe('trees', () => {
  it.each(trees)('tree: reject (%s) for %s', async (reason, _what, nodes) => {
    const verdict = await judged(treeOf(...nodes))
    expect(verdict).toMatchObject({ rule: 'tree', outcome: 'reject' })
    expect(verdict).toHaveProperty('reason', expect.stringMatching(`: ${reason}$`))
  })

  it('tree: reject for no tree', async () => {
    const frame = commitWith(carrying(account, commit.commit, []))
    expect(await judged(frame)).toMatchObject({ rule: 'tree', outcome: 'reject' })
  })
})

function commitFields(): ValueMap {
  const { did, head } = account
  return { did, version: 3, data: head.data, rev: head.rev, prev: null, sig: signature() }
}

function signature(): Uint8Array {
  return keyPair.sign(encodeCbor({ did, version: 3, data: head.data, rev: head.rev, prev: null }))
}

function ahead(minutes: number) {
  return formatTid((testTime + minutes * 60_000) * 1000, 0)
}

function syncWith(fields: ValueMap): Uint8Array {
  return altered(goodSync, (body) => ({ ...body, ...fields }))
}

function syncWithout(field: string): Uint8Array {
  return altered(goodSync, (body) => without(body, field))
}

function syncOf(fields: ValueMap): Uint8Array {
  const rev = fields['rev'] ?? head.rev
  return syncWith({ rev, blocks: carOf(commitBlock(account, fields)) })
}

function carOf(block: Block): Uint8Array {
  return writeCar([block.cid], [block])
}

function entryAfter(key: string, next: string): [number, string, typeof value] {
  let prefix = 0
  while (key[prefix] === next[prefix]) prefix++
  return [prefix, next.slice(prefix), value]
}

/** A root with one key, and a subtree before it. */
function rootOver(key: string | undefined, child: Block): [Block, Block] {
  return [key === undefined ? node(child.cid) : node(child.cid, [0, key, value]), child]
}

describe('the messages that the others were made of', () => {
  it('are accepted', async () => {
    expect(await judged(good)).toMatchObject({ outcome: 'accept', warnings: [], state: { rev: head.rev } })
    expect(await judged(goodSync, { remembered: { state: { ...head, rev: before.rev } } })).toMatchObject({
      outcome: 'accept',
    })
    expect(await judged(treeOf(node(null, [0, low[0]!, value])), { remembered: { state: undefined } })).toMatchObject({
      outcome: 'accept',
    })
    expect(await judged(treeOf(node(null, [0, high, value])), { remembered: { state: undefined } })).toMatchObject({
      outcome: 'accept',
    })
    expect(await judged(signed({}))).toMatchObject({ outcome: 'accept' })
    expect(bodyOf(good).body['ops']).toHaveLength(3)
  })
})
