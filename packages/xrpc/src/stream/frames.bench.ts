import { decodeCbor, decodeFirstCbor, encodeCbor, type ValueMap } from '@atoll/data-model'
import { benchmark } from '@atoll/testkit'
import { decodeFrame, encodeMessageFrame } from '../index.ts'

const body: ValueMap = {
  seq: 1_234_567,
  repo: 'did:plc:ewvi7nxzyoun6zhxrhs64oiz',
  rev: '3jzfcijpj2z2a',
  time: '2026-01-01T00:00:00.000Z',
  blocks: new Uint8Array(4000),
  ops: [{ action: 'create', path: 'app.bsky.feed.post/3jzfcijpj2z2a' }],
}
const frame = encodeMessageFrame('#commit', body)

function joined(header: Uint8Array, rest: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(header.length + rest.length)
  bytes.set(header)
  bytes.set(rest, header.length)
  return bytes
}

// The second candidates do what the format asks for and nothing more: what is lost against them is
// the price of the checks.
await benchmark(
  'encode a message frame',
  {
    atoll: () => encodeMessageFrame('#commit', body),
    'header and body, joined': () => joined(encodeCbor({ op: 1, t: '#commit' }), encodeCbor(body)),
    // For information: memory that is not cleared first, which only Node has.
    'the same with Buffer': () => Buffer.concat([encodeCbor({ op: 1, t: '#commit' }), encodeCbor(body)]),
  },
  { floor: 0.9 },
)

await benchmark(
  'decode a message frame',
  {
    atoll: () => decodeFrame(frame),
    'header and body, unchecked': () => decodeCbor(frame.subarray(decodeFirstCbor(frame).end)),
  },
  { floor: 0.8 },
)
