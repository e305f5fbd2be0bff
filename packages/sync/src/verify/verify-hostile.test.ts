// One message for each way to break a rule of sync 1.1, and the verdict on it.
import { writeCar } from '@atoll/car'
import { type Block, blockOf, cidOfRaw, encodeCbor, type Value } from '@atoll/data-model'
import type { NodeReason } from '@atoll/repo'
import { describe, expect, it } from 'vitest'
import { post } from '../../test/account.ts'
import {
  account,
  at,
  before,
  changeCommit,
  changeOp,
  changeSync,
  commit,
  compressEntry,
  first,
  forgeCommit,
  forgeSync,
  forgeTree,
  goodCommit,
  goodSync,
  head,
  headFields,
  keys,
  omitBlock,
  omitField,
  options,
  otherKey,
  packBlock,
  putBelow,
  record,
  remembered,
  removeField,
  revAhead,
  signHead,
  updatedRecord,
} from '../../test/forged-messages.ts'
import { altered, bodyOf } from '../../test/frames.ts'
import { carryCommit, commitBlock, node, withHighS } from '../../test/hostile.ts'
import { decodeMessage } from '../decode/decode-message.ts'
import type { Rule } from '../rules.ts'
import type { Remembered, VerifyOptions } from './options.ts'
import { verifyEvent } from './verify-event.ts'

/** What differs from the state and the sources that the good messages fit. */
interface Settings {
  remembered?: Remembered
  verifying?: Partial<VerifyOptions>
}

type Case = [
  rule: Rule,
  outcome: 'reject' | 'drop' | 'desynchronized',
  what: string,
  frame: () => Uint8Array,
  settings?: Settings,
]

async function verify(frame: Uint8Array, settings: Settings = {}) {
  const by = { ...options, ...settings.verifying }
  const decoded = decodeMessage(frame, by)
  if (!decoded.ok) return { outcome: 'reject', ...decoded.violation }
  const { message } = decoded
  if (!('did' in message)) throw new Error(`a ${message.kind}`)
  return verifyEvent(message, { ...remembered, ...settings.remembered }, by)
}

function expectVerdicts(cases: Case[]): void {
  it.each(cases)('%s: %s for %s', async (rule, outcome, _what, frame, settings) => {
    expect(await verify(frame(), settings)).toMatchObject({ rule, outcome })
  })
}

describe('the messages that the others are made of', () => {
  it('are accepted', async () => {
    expect(await verify(goodCommit)).toMatchObject({ outcome: 'accept', warnings: [], state: { rev: head.rev } })
    const sameTree = { state: { ...head, rev: before.rev } }
    expect(await verify(goodSync, { remembered: sameTree })).toMatchObject({ outcome: 'accept' })
    for (const key of [keys.layer0[0], keys.ofLayer1]) {
      const frame = forgeTree(node(null, [0, key, record]))
      expect(await verify(frame, { remembered: { state: undefined } })).toMatchObject({ outcome: 'accept' })
    }
    expect(await verify(forgeCommit({}))).toMatchObject({ outcome: 'accept' })
    expect(bodyOf(goodCommit).body['ops']).toHaveLength(3)
  })
})

describe('frames', () => {
  expectVerdicts([
    ['frame', 'reject', 'bytes that are not CBOR', () => new Uint8Array([0xff, 0xff])],
    ['frame', 'reject', 'an empty frame', () => new Uint8Array()],
    ['frame', 'reject', 'a frame cut short', () => goodCommit.subarray(0, goodCommit.length - 1)],
    ['frame', 'reject', 'a third object', () => Buffer.concat([goodCommit, encodeCbor({})])],
    ['frame', 'reject', 'a header without op', () => Buffer.concat([encodeCbor({ t: '#commit' }), encodeCbor({})])],
    ['frame', 'reject', 'a message without type', () => Buffer.concat([encodeCbor({ op: 1 }), encodeCbor({})])],
    [
      'frame',
      'reject',
      'a body that is not a map',
      () => Buffer.concat([encodeCbor({ op: 1, t: '#commit' }), encodeCbor([])]),
    ],
    ['frame', 'reject', '5,000,001 bytes', () => new Uint8Array(5_000_001)],
    ['form', 'reject', 'no repo', () => removeField(goodCommit, 'repo')],
    ['form', 'reject', 'no since', () => removeField(goodCommit, 'since')],
    ['form', 'reject', 'no blocks', () => removeField(goodCommit, 'blocks')],
    ['form', 'reject', 'no ops', () => removeField(goodCommit, 'ops')],
    ['form', 'reject', 'no seq', () => removeField(goodCommit, 'seq')],
    ['form', 'reject', 'a repo that is not a DID', () => changeCommit({ repo: 'did:plc' })],
    ['form', 'reject', 'a rev that is not a TID', () => changeCommit({ rev: '3jzfcijpj2z2' })],
    ['form', 'reject', 'a commit that is not a link', () => changeCommit({ commit: String(head.cid) })],
    ['form', 'reject', 'an operation that is not a map', () => changeCommit({ ops: ['create'] })],
    ['form', 'reject', 'a prev of null', () => changeOp(at.update, (op) => ({ ...op, prev: null }))],
    ['time', 'reject', 'a time that is not a datetime', () => changeCommit({ time: 'yesterday' })],
    ['seq', 'reject', 'a seq of 0', () => changeCommit({ seq: 0 })],
    ['seq', 'reject', 'a seq below 0', () => changeCommit({ seq: -7 })],
  ])
})

describe('sources', () => {
  expectVerdicts([
    ['inactive', 'drop', 'a commit of an inactive account', () => goodCommit, { remembered: { active: false } }],
    ['inactive', 'drop', 'a sync of an inactive account', () => goodSync, { remembered: { active: false } }],
    [
      'signature',
      'reject',
      'a key that is no point of its curve',
      () => goodCommit,
      { verifying: { signingKeyOf: () => 'did:key:zQ3shee78LWjGhnSBxM2g4cQwQFn1QF7wXBFpP5cmt6xRmLbY' } },
    ],
    ['identity', 'drop', 'no signing key', () => goodCommit, { verifying: { signingKeyOf: () => undefined } }],
    [
      'identity',
      'drop',
      'no server',
      () => goodCommit,
      { verifying: { host: { url: 'https://a.test', pdsOf: () => undefined } } },
    ],
    [
      'host',
      'reject',
      "another account's server",
      () => goodCommit,
      { verifying: { host: { url: 'https://a.test', pdsOf: () => 'https://b.test' } } },
    ],
    [
      'host',
      'reject',
      'another port',
      () => goodCommit,
      { verifying: { host: { url: 'https://a.test', pdsOf: () => 'https://a.test:444' } } },
    ],
  ])
})

describe('envelopes', () => {
  expectVerdicts([
    ['too-large', 'reject', 'blocks of 2,000,001 bytes', () => changeCommit({ blocks: new Uint8Array(2_000_001) })],
    [
      'too-many-ops',
      'reject',
      '201 operations',
      () =>
        changeCommit({
          ops: Array.from({ length: 201 }, (_, count) => ({ action: 'create', path: post(count), cid: record })),
        }),
    ],
    [
      'record-size',
      'reject',
      'a record of 1,000,001 bytes',
      () => changeCommit({ blocks: writeCar([head.cid], [...commit.slice, blockOf({ t: 'a'.repeat(1_000_001) })]) }),
    ],
    ['car', 'reject', 'blocks that are not a CAR file', () => changeCommit({ blocks: new Uint8Array(100) })],
    ['car', 'reject', 'no blocks at all', () => changeCommit({ blocks: new Uint8Array() })],
    [
      'car',
      'reject',
      'a CAR file cut short',
      () => altered(goodCommit, (body) => ({ ...body, blocks: (body['blocks'] as Uint8Array).slice(0, -1) })),
    ],
    ['car', 'reject', 'a CAR file without roots', () => changeCommit({ blocks: writeCar([], commit.slice) })],
    [
      'car',
      'reject',
      'a block that does not match its CID',
      () =>
        changeCommit({
          blocks: writeCar(
            [head.cid],
            [...commit.slice].map(({ cid, bytes }, at) => ({
              cid,
              bytes: at === 2 ? bytes.with(5, bytes[5]! ^ 1) : bytes,
            })),
          ),
        }),
    ],
    ['roots', 'reject', 'another root', () => changeCommit({ blocks: writeCar([before.cid], commit.slice) })],
    [
      'roots',
      'reject',
      'the commit as the second root',
      () => changeCommit({ blocks: writeCar([before.cid, head.cid], commit.slice) }),
    ],
    ['roots', 'reject', 'a commit field that is not the root', () => changeCommit({ commit: before.cid })],
    ['commit-block', 'reject', 'no commit in the blocks', () => changeCommit(omitBlock(head.cid))],
  ])
})

describe('commits', () => {
  expectVerdicts([
    ['commit-block', 'reject', 'version 2', () => forgeCommit({ version: 2 })],
    ['commit-block', 'reject', 'a version of another type', () => forgeCommit({ version: '3' })],
    ['commit-block', 'reject', 'an unknown field', () => forgeCommit({ extra: 1 })],
    ['commit-block', 'reject', 'a rev that is not a TID', () => forgeCommit({ rev: 'newest' })],
    ['commit-block', 'reject', 'a did that is not a DID', () => forgeCommit({ did: 'alice.test' })],
    ['commit-block', 'reject', 'data that is not a link', () => forgeCommit({ data: String(head.data) })],
    ['commit-block', 'reject', 'data that links to a blob', () => forgeCommit({ data: cidOfRaw(new Uint8Array()) })],
    ['commit-block', 'reject', 'a prev that is not a link', () => forgeCommit({ prev: '' })],
    ['commit-block', 'reject', 'a sig that is not bytes', () => forgeCommit({ sig: 'valid' })],
    ['commit-block', 'reject', 'a commit that is a list', () => changeCommit(carryCommit(account, blockOf([1])))],
    [
      'commit-block',
      'reject',
      'a commit that is not CBOR',
      () =>
        changeCommit(carryCommit(account, { cid: cidOfRaw(new Uint8Array([1, 2])), bytes: new Uint8Array([1, 2]) })),
    ],
    ...['did', 'version', 'data', 'rev', 'prev', 'sig'].map(
      (field): Case => [
        'commit-block',
        'reject',
        `a commit without ${field}`,
        () => changeCommit(carryCommit(account, blockOf(omitField(headFields(), field)))),
      ],
    ),
    ['did', 'reject', "another account's commit", () => forgeCommit({ did: 'did:web:bob.test' })],
    ['did', 'reject', "another account's repo", () => changeCommit({ repo: 'did:web:bob.test' })],
    ['rev', 'reject', 'another rev in the commit', () => forgeCommit({ rev: account.nextRev() })],
    ['rev', 'reject', 'another rev in the message', () => changeCommit({ rev: account.nextRev() })],
    ['future-rev', 'reject', 'a rev six minutes ahead', () => forgeCommit({ rev: revAhead(6) }, { rev: revAhead(6) })],
    ['stale-rev', 'drop', 'the rev that was processed last', () => goodCommit, { remembered: { state: head } }],
    [
      'stale-rev',
      'drop',
      'a rev before the last',
      () => goodCommit,
      { remembered: { state: { ...head, rev: account.nextRev() } } },
    ],
    ['signature-form', 'reject', 'a signature of 63 bytes', () => forgeCommit({ sig: signHead().slice(0, 63) })],
    [
      'signature-form',
      'reject',
      'a signature of 65 bytes',
      () => forgeCommit({ sig: Buffer.concat([signHead(), Buffer.of(0)]) }),
    ],
    ['signature-form', 'reject', 'no signature', () => forgeCommit({ sig: new Uint8Array() })],
    [
      'signature-form',
      'reject',
      'the signature with a high S',
      () => forgeCommit({ sig: withHighS(signHead(), 'k256') }),
    ],
    [
      'signature',
      'reject',
      'a signature by another key',
      () => changeCommit(carryCommit(account, commitBlock(account, {}, otherKey))),
    ],
    [
      'signature',
      'reject',
      'a signature of another commit',
      () => forgeCommit({ sig: account.keyPair.sign(new Uint8Array()) }),
    ],
    ['signature', 'reject', 'a signature of zeros', () => forgeCommit({ sig: new Uint8Array(64) })],
  ])
})

describe('operations', () => {
  expectVerdicts([
    ['op', 'reject', 'an unknown action', () => changeOp(at.create, (op) => ({ ...op, action: 'move' }))],
    ['op', 'reject', 'a create without cid', () => changeOp(at.create, (op) => ({ ...op, cid: null }))],
    ['op', 'reject', 'a create with prev', () => changeOp(at.create, (op) => ({ ...op, prev: record }))],
    ['op', 'reject', 'an update without cid', () => changeOp(at.update, (op) => ({ ...op, cid: null }))],
    ['op', 'reject', 'an update without prev', () => changeOp(at.update, (op) => omitField(op, 'prev'))],
    ['op', 'reject', 'a delete with cid', () => changeOp(at.deletion, (op) => ({ ...op, cid: record }))],
    ['op', 'reject', 'a delete without prev', () => changeOp(at.deletion, (op) => omitField(op, 'prev'))],
    [
      'op',
      'reject',
      'a path without a record key',
      () => changeOp(at.create, (op) => ({ ...op, path: 'app.bsky.feed.post' })),
    ],
    ['op', 'reject', 'a path of three parts', () => changeOp(at.create, (op) => ({ ...op, path: `${post(25)}/x` }))],
    [
      'op',
      'reject',
      'a path whose collection is not an NSID',
      () => changeOp(at.create, (op) => ({ ...op, path: 'posts/one' })),
    ],
    [
      'op',
      'reject',
      'a path with an invalid record key',
      () => changeOp(at.create, (op) => ({ ...op, path: 'app.bsky.feed.post/..' })),
    ],
    [
      'op',
      'reject',
      'two operations on one path',
      () =>
        altered(goodCommit, (body) => ({ ...body, ops: [...(body['ops'] as Value[]), (body['ops'] as Value[])[0]!] })),
    ],
    ['record', 'reject', 'a created record that is missing', () => changeCommit(omitBlock(record))],
    ['record', 'reject', 'an updated record that is missing', () => changeCommit(omitBlock(updatedRecord))],
    [
      'inversion',
      'reject',
      'an operation left out',
      () => altered(goodCommit, (body) => ({ ...body, ops: (body['ops'] as Value[]).slice(1) })),
    ],
    ['inversion', 'reject', 'all operations left out', () => changeCommit({ ops: [] })],
    [
      'inversion',
      'reject',
      'an invented create',
      () =>
        altered(goodCommit, (body) => ({
          ...body,
          ops: [...(body['ops'] as Value[]), { action: 'create', path: post(26), cid: record }],
        })),
    ],
    [
      'inversion',
      'reject',
      'an invented delete',
      () =>
        altered(goodCommit, (body) => ({
          ...body,
          ops: [...(body['ops'] as Value[]), { action: 'delete', path: post(26), cid: null, prev: record }],
        })),
    ],
    [
      'inversion',
      'reject',
      'a create with another record',
      () => changeOp(at.create, (op) => ({ ...op, cid: updatedRecord })),
    ],
    [
      'inversion',
      'reject',
      'an update from another record',
      () => changeOp(at.update, (op) => ({ ...op, prev: record })),
    ],
    [
      'inversion',
      'reject',
      'a delete of another record',
      () => changeOp(at.deletion, (op) => ({ ...op, prev: record })),
    ],
    [
      'inversion',
      'reject',
      'a delete of what is there',
      () => changeOp(at.deletion, (op) => ({ ...op, path: post(0) })),
    ],
    [
      'inversion',
      'reject',
      'a create that says it is an update',
      () => changeOp(at.create, (op) => ({ ...op, action: 'update', prev: record })),
    ],
    ['inversion', 'reject', 'another prevData', () => changeCommit({ prevData: first.data })],
  ])
})

describe('trees', () => {
  const cases: [reason: NodeReason, what: string, nodes: [root: Block, ...below: Block[]]][] = [
    ['encoding', 'a node that is not a map', [blockOf([])]],
    ['encoding', 'a node with an unknown field', [blockOf({ e: [], l: null, x: 1 })]],
    ['encoding', 'an entry without value', [blockOf({ e: [{ k: new Uint8Array([97]), p: 0, t: null }], l: null })]],
    [
      'key-order',
      'keys out of order',
      [node(null, [0, keys.layer0[1], record], compressEntry(keys.layer0[1], keys.layer0[0]))],
    ],
    ['key-order', 'one key twice', [node(null, [0, keys.layer0[0], record], [keys.layer0[0].length, '', record])]],
    ['key-order', 'a subtree on the wrong side', putBelow(keys.ofLayer1, node(null, [0, keys.afterLayer1, record]))],
    ['prefix', 'a prefix that could be longer', [node(null, [0, keys.layer0[0], record], [0, keys.layer0[1], record])]],
    ['prefix', 'a prefix of the first key', [node(null, [1, keys.layer0[0], record])]],
    [
      'layer',
      'keys of two layers in one node',
      [node(null, [0, keys.layer0[0], record], compressEntry(keys.layer0[0], keys.lastOfLayer1))],
    ],
    [
      'layer',
      'a subtree of a lower layer than the one below',
      putBelow(keys.lastOfLayer2, node(null, [0, keys.layer0[0], record])),
    ],
    ['layer', 'a subtree of a higher layer', putBelow(keys.ofLayer1, node(null, [0, keys.layer2Before, record]))],
    ['layer', 'a subtree below layer 0', putBelow(keys.layer0[2], node(null, [0, keys.layer0[0], record]))],
    ['empty', 'an empty subtree', putBelow(keys.ofLayer1, node(null))],
    ['untrimmed', 'a root without keys', putBelow(undefined, node(null, [0, keys.layer0[0], record]))],
    ['key-length', 'a key of 1,025 bytes', [node(null, [0, `com.example.note/${'a'.repeat(1008)}`, record])]],
    ['key-syntax', 'a key that is not a path', [node(null, [0, 'no path', record])]],
    ['key-syntax', 'a key that is not normalized', [node(null, [0, 'com.Example.note/a', record])]],
    ['key-syntax', 'a key that is not ASCII', [node(null, [0, 'com.example.note/é', record])]],
  ]

  it.each(cases)('tree: reject (%s) for %s', async (reason, _what, nodes) => {
    const verdict = await verify(forgeTree(...nodes))
    expect(verdict).toMatchObject({ rule: 'tree', outcome: 'reject' })
    expect(verdict).toHaveProperty('reason', expect.stringMatching(`: ${reason}$`))
  })

  it('tree: reject for no tree', async () => {
    const frame = changeCommit(carryCommit(account, commit.commit, []))
    expect(await verify(frame)).toMatchObject({ rule: 'tree', outcome: 'reject' })
  })
})

describe('chains', () => {
  expectVerdicts([
    ['since', 'desynchronized', 'a commit that skips one', () => goodCommit, { remembered: { state: first } }],
    ['since', 'desynchronized', 'another since', () => changeCommit({ since: first.rev })],
    ['since', 'desynchronized', 'no since', () => changeCommit({ since: null })],
    [
      'prev-data',
      'desynchronized',
      'another tree than remembered',
      () => goodCommit,
      { remembered: { state: { rev: before.rev, data: first.data } } },
    ],
    ['no-prev-data', 'desynchronized', 'no prevData', () => removeField(goodCommit, 'prevData')],
  ])
})

describe('syncs', () => {
  expectVerdicts([
    ['form', 'reject', 'no rev', () => removeField(goodSync, 'rev')],
    ['form', 'reject', 'an invalid did', () => changeSync({ did: 'alice' })],
    ['time', 'reject', 'a time that is not a datetime', () => changeSync({ time: '' })],
    ['too-large', 'reject', 'blocks of 10,001 bytes', () => changeSync({ blocks: new Uint8Array(10_001) })],
    ['car', 'reject', 'blocks that are not a CAR file', () => changeSync({ blocks: new Uint8Array(9) })],
    ['commit-block', 'reject', 'no commit in the blocks', () => changeSync({ blocks: writeCar([head.cid], []) })],
    [
      'commit-block',
      'reject',
      'a root that is not a commit',
      () => changeSync({ blocks: writeCar([record], [blockOf({})]) }),
    ],
    ['commit-block', 'reject', 'a commit of version 2', () => forgeSync({ version: 2 })],
    ['did', 'reject', "another account's commit", () => forgeSync({ did: 'did:web:bob.test' })],
    ['rev', 'reject', 'another rev than the commit has', () => changeSync({ rev: before.rev })],
    ['future-rev', 'reject', 'a rev six minutes ahead', () => forgeSync({ rev: revAhead(6) })],
    [
      'stale-rev',
      'drop',
      'an older rev than remembered',
      () => goodSync,
      { remembered: { state: { ...head, rev: account.nextRev() } } },
    ],
    ['same-state', 'drop', 'the state that is remembered', () => goodSync, { remembered: { state: head } }],
    ['signature-form', 'reject', 'a high S', () => forgeSync({ sig: withHighS(signHead(), 'k256') })],
    [
      'signature',
      'reject',
      'a signature by another key',
      () => changeSync({ blocks: packBlock(commitBlock(account, {}, otherKey)) }),
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
  ])
})
