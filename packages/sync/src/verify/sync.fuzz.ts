import { writeCar } from '@atoll/car'
import { type Block, cidOfCbor, type ValueMap } from '@atoll/data-model'
import type { FuzzTarget } from '@atoll/testkit'
import { encodeErrorFrame, encodeMessageFrame } from '@atoll/xrpc'
import { Account, post, put, remove, testDatetime, testTime } from '../../test/account.ts'
import { bodyOf, numbered } from '../../test/frames.ts'
import { commitBlock } from '../../test/hostile.ts'
import { accountEvent, identityEvent, syncEvent, templateOf } from '../build/events.ts'
import { decodeMessage } from '../decode/decode-message.ts'
import type { VerifyOptions } from './options.ts'
import { verifyEvent } from './verify-event.ts'

const account = new Account(
  'alice',
  [0, 10, 20, 30].map((count) => put('create', post(count))),
)
const before = account.head
account.write(put('create', post(15)), put('update', post(20), { text: 'new' }), remove(post(10)))
const { did, head, commit, keyPair } = account
const good = numbered(account.event(), 7)
const { body } = bodyOf(good)
const nodes = [...commit.slice].filter(({ cid }) => !cid.equals(head.cid))
const verifying: VerifyOptions = { signingKeyOf: () => keyPair.didKey(), now: () => testTime }

const frames = [
  good,
  numbered(syncEvent(did, head.rev, commit.commit, testDatetime), 8),
  numbered(identityEvent(did, undefined, testDatetime), 9),
  numbered(accountEvent(did, 'takendown', testDatetime), 100_000),
  encodeMessageFrame('#handle', { seq: 1, did, handle: 'alice.test', time: testDatetime }),
  encodeMessageFrame('#info', { name: 'OutdatedCursor' }),
  encodeErrorFrame('FutureCursor', 'no such event'),
]
const tokens = ['#commit', '#sync', 'com.example.note', 'did:web:alice.test'].map((text) =>
  new TextEncoder().encode(text),
)

/** Reads and verifies a frame in both ways. Whatever is in it, the outcome is a verdict. */
async function verify(frame: Uint8Array): Promise<void> {
  for (const lenient of [false, true]) {
    const decoded = decodeMessage(frame, { lenient })
    if (!decoded.ok || !('seq' in decoded.message)) continue
    const { message } = decoded
    const again = decodeMessage(numbered({ frame: templateOf(message) }, message.seq), { lenient })
    if (!again.ok || again.message.kind !== message.kind) throw new Error('renumbered, it is another message')
    for (const state of [undefined, before]) await verifyEvent(message, { state }, { ...verifying, lenient })
  }
}

/** The good message with other blocks. */
function commitOf(root: Block, others: readonly Block[], fields: ValueMap = {}): Uint8Array {
  const blocks = writeCar([root.cid], [root, ...others])
  return encodeMessageFrame('#commit', { ...body, commit: root.cid, blocks, ...fields })
}

export const targets: FuzzTarget[] = [
  { name: 'firehose frame', seeds: frames, tokens, refusals: [], run: verify },
  {
    name: '#commit around a changed root node',
    seeds: nodes.map(({ bytes }) => bytes),
    tokens,
    refusals: [],
    async run(bytes) {
      const data = cidOfCbor(bytes)
      const root = commitBlock(account, { data, sig: new Uint8Array(64) })
      await verify(commitOf(root, [{ cid: data, bytes }, ...nodes]))
      await verify(commitOf(root, [{ cid: data, bytes }, ...nodes], { ops: [], prevData: data }))
    },
  },
  {
    name: '#commit around a changed commit block',
    seeds: [commit.commit.bytes],
    tokens,
    refusals: [],
    run: (bytes) => verify(commitOf({ cid: cidOfCbor(bytes), bytes }, nodes)),
  },
]
