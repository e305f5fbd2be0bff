import * as atcute from '@atcute/cbor'
import { benchmark } from '@atoll/testkit'
import * as lex from '@atproto/lex-cbor'
import * as ipld from '@ipld/dag-cbor'
import * as samples from '../../test/samples.ts'
import { decodeCbor, encodeCbor } from '../index.ts'

const cases: [string, samples.Sample][] = [
  ['post', samples.post],
  ['post with facets and embed', samples.fullPost],
  ['MST node', samples.mstNode],
  ['commit', samples.commit],
  ['record of 5 KB', samples.bigRecord],
  ['firehose frame', samples.frame],
]
// Each call takes the next of many values: the same one again and again would flatter every cache.
const VARIANTS = 256

for (const [name, sample] of cases) {
  const values = Array.from({ length: VARIANTS }, (_, index) => sample(index))
  const blocks = values.map((value) => encodeCbor(value))
  const ipldValues = blocks.map((block) => ipld.decode<object>(block))
  const atcuteValues = blocks.map((block) => atcute.decode(block))
  const lexValues = blocks.map((block) => lex.decode(block))
  let turn = 0
  const next = <T>(list: readonly T[]): T => list[turn++ % VARIANTS]!
  await benchmark(
    `encode: ${name}`,
    {
      atoll: () => encodeCbor(next(values)),
      '@ipld/dag-cbor': () => ipld.encode(next(ipldValues)),
      '@atcute/cbor': () => atcute.encode(next(atcuteValues)),
      '@atproto/lex-cbor': () => lex.encode(next(lexValues)),
    },
    { floor: 2.5 },
  )
  await benchmark(
    `decode: ${name}`,
    {
      atoll: () => decodeCbor(next(blocks)),
      '@ipld/dag-cbor': () => ipld.decode(next(blocks)),
      '@atcute/cbor': () => atcute.decode(next(blocks)),
      '@atproto/lex-cbor': () => lex.decode(next(blocks)),
    },
    { floor: 2.5 },
  )
}
