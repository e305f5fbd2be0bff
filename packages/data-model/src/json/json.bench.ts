import * as atcute from '@atcute/cbor'
import { benchmark } from '@atoll/testkit'
import * as lexCbor from '@atproto/lex-cbor'
import * as lexJson from '@atproto/lex-json'
import * as samples from '../../test/samples.ts'
import { cborToJson, cborToJsonBytes, decodeCbor, encodeCbor, parseJson, stringifyJson } from '../index.ts'

const cases: [string, samples.Sample][] = [
  ['post', samples.post],
  ['post with facets and embed', samples.fullPost],
  ['record of 5 KB', samples.bigRecord],
]
const VARIANTS = 256

for (const [name, sample] of cases) {
  const values = Array.from({ length: VARIANTS }, (_, index) => sample(index))
  const blocks = values.map((value) => encodeCbor(value))
  const texts = values.map((value) => stringifyJson(value))
  const lexValues = blocks.map((block) => lexCbor.decode(block))
  let turn = 0
  const next = <T>(list: readonly T[]): T => list[turn++ % VARIANTS]!
  await benchmark(
    `JSON text to DAG-CBOR: ${name}`,
    {
      atoll: () => encodeCbor(parseJson(next(texts))),
      '@atproto/lex-json + lex-cbor': () => lexCbor.encode(lexJson.lexParse(next(texts))),
      '@atcute/cbor of JSON.parse': () => atcute.encode(JSON.parse(next(texts))),
    },
    { floor: 2.5 },
  )
  await benchmark(
    `DAG-CBOR to JSON text: ${name}`,
    {
      atoll: () => cborToJson(next(blocks)),
      '@atproto/lex-cbor + lex-json': () => lexJson.lexStringify(lexCbor.decode(next(blocks))),
      '@atcute/cbor + JSON.stringify': () => JSON.stringify(atcute.decode(next(blocks))),
      'atoll, as bytes': () => cborToJsonBytes(next(blocks)),
      'atoll, by way of a value': () => stringifyJson(decodeCbor(next(blocks))),
    },
    { floor: 2 },
  )
  await benchmark(`JSON text to value: ${name}`, {
    atoll: () => parseJson(next(texts)),
    '@atproto/lex-json': () => lexJson.lexParse(next(texts)),
    'JSON.parse alone': () => JSON.parse(next(texts)),
  })
  await benchmark(`value to JSON text: ${name}`, {
    atoll: () => stringifyJson(next(values)),
    '@atproto/lex-json': () => lexJson.lexStringify(next(lexValues)),
  })
}
