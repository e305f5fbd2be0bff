// What the main entry does in any runtime: `npm run runtimes` compares it with `expected` in each.
import { streamCar, writeCar } from '@atoll/car'
import { generateKeyPair } from '@atoll/crypto'
import { BlockMap, blockOf } from '@atoll/data-model'
import {
  applyWrites,
  type CommitSlice,
  createRepo,
  exportRepo,
  importRepo,
  proveRecord,
  type RecordWrite,
  readRepo,
  signedBy,
  verifyProof,
  verifySlice,
} from '@atoll/repo'
import { parseNsid, parseRecordKey, TidClock } from '@atoll/syntax'

const did = 'did:web:alice.example'
const collection = parseNsid('com.example.note')
const note = (index: number): RecordWrite => ({
  action: 'create',
  collection,
  rkey: parseRecordKey(`note-${index}`),
  ...blockOf({ $type: collection, index }),
})

export async function scenario() {
  const sign = generateKeyPair('k256')
  const key = sign.didKey()
  const clock = new TidClock()
  const first = createRepo({
    did,
    sign,
    rev: clock.next(),
    writes: Array.from({ length: 99 }, (_, index) => note(index)),
  })
  const blocks = new BlockMap(first.added)
  const get = (cid: Parameters<typeof blocks.get>[0]) => blocks.get(cid)
  const commit = applyWrites({ did, head: first.head, get, writes: [note(99)], sign, rev: clock.next(first.head.rev) })
  blocks.addAll(commit.added)
  const { head, ops, since } = commit
  const prevData = first.head.data
  const slice: CommitSlice = {
    did,
    rev: head.rev,
    since,
    commit: head.cid,
    prevData,
    ops,
    roots: [head.cid],
    blocks: commit.slice,
  }
  const { rkey } = note(99)
  const proof = verifyProof(writeCar([head.cid], proveRecord({ head, get, collection, rkey })), {
    did,
    key,
    collection,
    rkey,
  })
  const load = (cids: (typeof head.cid)[]) => cids.map((cid) => ({ cid, bytes: blocks.get(cid)! }))
  let imported = 0
  const incoming = await importRepo(streamCar([head.cid], exportRepo({ head, load })), { did, key })
  for await (const part of incoming) if (part.kind === 'record') imported++
  // As it comes over the network, in a stream of the runtime's own.
  const { body } = new Response(writeCar([head.cid], blocks).slice())
  let read = 0
  for await (const { value } of (await readRepo(body!, { verify: signedBy(key) })).records()) read += value ? 1 : 0
  return {
    data: head.data.toString(),
    verdict: verifySlice(slice, { key, previous: first.head }).outcome,
    proof: proof.record?.['index'],
    imported,
    read,
  }
}

export const expected = {
  data: 'bafyreibc4qkqi7w3liwnlgff7qrpnnsvhao47eft4g233dyvzkpxwchfpe',
  verdict: 'accept',
  proof: 99,
  imported: 100,
  read: 100,
}
