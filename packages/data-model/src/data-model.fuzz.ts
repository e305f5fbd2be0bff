import type { FuzzTarget } from '@atoll/testkit'
import * as samples from '../test/samples.ts'
import {
  CborError,
  cborToJson,
  DataModelError,
  decodeCbor,
  decodeFirstCbor,
  encodeCbor,
  InvalidCidError,
  parseCid,
  parseJson,
  stringifyJson,
  type Value,
  valueToJson,
} from './index.ts'

const text = new TextEncoder()
const values = [samples.post, samples.fullPost, samples.mstNode, samples.commit, samples.frame].map((sample) =>
  sample(1),
)
const odd: Value[] = [
  null,
  [],
  {},
  '',
  0,
  [[[[[[]]]]]],
  { a: { b: { c: {} } } },
  ['é語🌊\ufffd'],
  -1,
  Number.MAX_SAFE_INTEGER,
  [2n ** 53n, -(2n ** 63n)],
]
const blocks = [...values, ...odd].map((value) => encodeCbor(value))

function same(a: Uint8Array, b: Uint8Array, what: string): void {
  if (a.length !== b.length || a.some((byte, index) => byte !== b[index])) throw new Error(`${what} differ`)
}

/** The JSON text both ways of making it, or the path for which both refuse. */
function jsonText(work: () => string): { text: string } | { refused: string } {
  try {
    return { text: work() }
  } catch (error) {
    if (error instanceof DataModelError) return { refused: error.path }
    throw error
  }
}

export const targets: FuzzTarget[] = [
  {
    name: 'DAG-CBOR',
    seeds: blocks,
    tokens: [
      [0x81],
      [0xa1, 0x61, 0x61],
      [0x80],
      [0xa0],
      [0xd8, 0x2a, 0x58, 0x25, 0],
      [0x9b, 0, 0, 0, 1, 0, 0, 0, 0],
    ].map((token) => Uint8Array.from(token)),
    refusals: [CborError],
    run(bytes) {
      const value = decodeCbor(bytes)
      same(encodeCbor(value), bytes, 'what was read and what is written')
      const direct = jsonText(() => cborToJson(bytes))
      const around = jsonText(() => stringifyJson(value))
      if ('refused' in direct !== 'refused' in around) {
        throw new Error(`${JSON.stringify(direct)} but ${JSON.stringify(around)}`)
      }
      if ('text' in direct) JSON.parse(direct.text)
    },
  },
  {
    name: 'DAG-CBOR to JSON',
    seeds: blocks,
    refusals: [CborError, DataModelError],
    run(bytes) {
      const json = cborToJson(bytes)
      if (JSON.stringify(valueToJson(decodeCbor(bytes))).length !== json.length) throw new Error('the two texts differ')
    },
  },
  {
    name: 'DAG-CBOR, one value after another',
    seeds: blocks,
    refusals: [CborError],
    run(bytes) {
      for (let at = 0; at < bytes.length; ) at = decodeFirstCbor(bytes, at, { maxDepth: 512 }).end
    },
  },
  {
    name: 'JSON',
    seeds: [
      ...[...values, ...odd].map((value) => text.encode(stringifyJson(value))),
      text.encode('[{"$bytes":"AQ=="},1e3,-0,"\\ud83c\\udf0a"]'),
    ],
    tokens: [
      '[',
      ']',
      '{"a":',
      '}',
      ',',
      '"',
      '\\u',
      '\\',
      '$link',
      '$bytes',
      '"$type":"blob"',
      '__proto__',
      '1e9',
      '-',
    ].map((token) => text.encode(token)),
    refusals: [DataModelError],
    run(bytes) {
      const value = parseJson(bytes)
      const block = encodeCbor(value)
      same(encodeCbor(decodeCbor(block)), block, 'blocks')
      same(encodeCbor(parseJson(cborToJson(block))), block, 'blocks by way of JSON')
      same(encodeCbor(parseJson(stringifyJson(value))), block, 'blocks by way of a value and JSON')
    },
  },
  {
    name: 'lenient JSON',
    seeds: [
      ...odd.map((value) => text.encode(stringifyJson(value))),
      text.encode('{"$type":1,"a":{"$link":2},"b":[1.5,9007199254740993,"\\ud800"]}'),
    ],
    tokens: ['[', '{"a":', ',', '"', '\\u', '$link', '"$type":"blob"', '__proto__', '9007199254740993', '.5'].map(
      (token) => text.encode(token),
    ),
    refusals: [DataModelError],
    run(bytes) {
      const value = parseJson(bytes, { lenient: true, longIntegers: true })
      let block: Uint8Array
      try {
        block = encodeCbor(parseJson(bytes))
      } catch (error) {
        if (error instanceof DataModelError) return
        throw error
      }
      same(encodeCbor(value), block, 'what is read strictly and leniently')
    },
  },
  {
    name: 'CID text',
    seeds: [
      'bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq',
      'bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity',
    ].map((cid) => text.encode(cid)),
    refusals: [InvalidCidError],
    run(bytes) {
      const cid = new TextDecoder('latin1').decode(bytes)
      if (parseCid(cid).toString() !== cid) throw new Error('what was read and what is written differ')
    },
  },
]
