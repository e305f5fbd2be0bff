import * as atcute from '@atcute/cbor'
import { benchmark } from '@atoll/testkit'
import * as lex from '@atproto/lex-cbor'
import * as ipld from '@ipld/dag-cbor'
import { decodeCbor, encodeCbor } from './index.ts'
import * as samples from './samples.ts'
import type { Value } from './value.ts'

const cases: [string, Value][] = [
  ['post', samples.post],
  ['post with facets and embed', samples.fullPost],
  ['MST node', samples.mstNode],
  ['commit', samples.commit],
  ['record of 5 KB', samples.bigRecord],
  ['firehose frame', samples.frame],
]
for (const [name, value] of cases) {
  const bytes = encodeCbor(value)
  const ipldValue = ipld.decode<object>(bytes)
  const atcuteValue = atcute.decode(bytes)
  const lexValue = lex.decode(bytes)
  await benchmark(
    `encode: ${name}`,
    {
      atoll: () => encodeCbor(value),
      '@ipld/dag-cbor': () => ipld.encode(ipldValue),
      '@atcute/cbor': () => atcute.encode(atcuteValue),
      '@atproto/lex-cbor': () => lex.encode(lexValue),
    },
    { floor: 2.5 },
  )
  await benchmark(
    `decode: ${name}`,
    {
      atoll: () => decodeCbor(bytes),
      '@ipld/dag-cbor': () => ipld.decode(bytes),
      '@atcute/cbor': () => atcute.decode(bytes),
      '@atproto/lex-cbor': () => lex.decode(bytes),
    },
    { floor: 2.5 },
  )
}
