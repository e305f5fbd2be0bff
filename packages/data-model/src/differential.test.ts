import * as atcute from '@atcute/cbor'
import * as lexCbor from '@atproto/lex-cbor'
import * as lexJson from '@atproto/lex-json'
import * as ipld from '@ipld/dag-cbor'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyValue } from '../test/arbitraries.ts'
import { hex, toHex } from '../test/hex.ts'
import { decodeCbor } from './cbor/cbor-decode.ts'
import { encodeCbor } from './cbor/cbor-encode.ts'
import { jsonToValue, parseJson } from './json/json-read.ts'
import { stringifyJson, valueToJson } from './json/json-write.ts'
import { isValueMap } from './plain-object.ts'
import type { Value } from './value.ts'

type Library = 'ipld' | 'lex' | 'atcute'

const decoders: Record<Library, (bytes: Uint8Array) => unknown> = {
  ipld: ipld.decode,
  lex: lexCbor.decode,
  atcute: atcute.decode,
}
const encoders: Record<Library, (value: never) => Uint8Array> = {
  ipld: ipld.encode,
  lex: lexCbor.encode,
  atcute: atcute.encode,
}
const libraries = Object.keys(decoders) as Library[]

/** Whether the work is done without a complaint; what it throws does not matter here. */
function accepts(work: () => unknown): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}

/** What some library is known to get wrong; each has its own test below. */
const mishandled = ['__proto__', 'constructor', '\ufeff'].map((text) => toHex(new TextEncoder().encode(text)))

function isMishandled(bytes: Uint8Array): boolean {
  const digits = toHex(bytes)
  return mishandled.some((text) => digits.includes(text))
}

/** Whether a value holds an integer past 2^53, which atcute refuses. */
function hasBigint(value: Value): boolean {
  if (Array.isArray(value)) return value.some(hasBigint)
  return isValueMap(value) ? Object.values(value).some(hasBigint) : typeof value === 'bigint'
}

const anyOrdinaryValue = anyValue.filter((value) => !isMishandled(encodeCbor(value)))

const d = '00'.repeat(32)

describe('decoders that disagree', () => {
  // Ours refuses all of these. The specification: https://atproto.com/specs/data-model, which takes
  // DRISL for its CBOR: https://dasl.ing/drisl.html. For each, the libraries that take it
  // nonetheless.
  const cases: [string, string, Library[], string][] = [
    ['keys out of order', 'a2 61 62 01 61 61 02', ['ipld', 'lex'], 'keys are sorted: or one value has many CIDs'],
    ['keys in bytewise order', 'a2 62 6161 01 61 62 02', ['ipld', 'lex'], 'keys are sorted by length first'],
    ['a double', 'fb 3ff8000000000000', ['ipld', 'lex', 'atcute'], 'the data model has no floats'],
    ['an integer as a double', 'fb 3ff0000000000000', ['ipld', 'lex', 'atcute'], 'the data model has no floats'],
    ['negative zero', 'fb 8000000000000000', ['ipld', 'lex', 'atcute'], 'the data model has no floats'],
    ['a single float', 'fa 3fc00000', ['ipld', 'lex'], 'the data model has no floats'],
    ['a half float', 'f9 3e00', ['ipld', 'lex'], 'the data model has no floats'],
    ['undefined', 'f7', ['ipld', 'lex'], 'of simple values there are only true, false and null'],
    ['undefined in a map', 'a1 61 61 f7', ['ipld', 'lex'], 'of simple values there are only true, false and null'],
    ['2^63', '1b 8000000000000000', ['ipld', 'lex'], 'integers have 64 bits with a sign'],
    ['2^64 - 1', '1b ffffffffffffffff', ['ipld', 'lex'], 'integers have 64 bits with a sign'],
    ['-2^64', '3b ffffffffffffffff', ['ipld', 'lex'], 'integers have 64 bits with a sign'],
    ['a CIDv0', `d8 2a 58 23 00 12 20 ${d}`, ['ipld', 'lex'], 'links are CIDv1'],
    ['a sha-512 CID', `d8 2a 58 45 00 01 71 13 40 ${d}${d}`, ['ipld', 'lex'], 'links are sha-256'],
    ['a dag-pb CID', `d8 2a 58 25 00 01 70 12 20 ${d}`, ['ipld', 'lex'], 'links are dag-cbor or raw'],
    ['text that is not UTF-8', '61 ff', ['ipld', 'lex'], 'text is UTF-8: replaced, it has another CID'],
    ['a surrogate in text', '63 eda080', ['ipld', 'lex'], 'surrogates are not UTF-8'],
    ['a key that is not UTF-8', 'a1 61 ff 01', ['ipld', 'lex'], 'text is UTF-8'],
    ['100 levels of arrays', `${'81'.repeat(99)}80`, ['ipld', 'lex', 'atcute'], 'depth is bounded here'],
    ['bytes as a key', 'a1 41 61 02', [], 'keys are text'],
    ['a tag other than 42', 'c0 61 61', [], 'links have the only tag'],
  ]
  it.each(cases)('%s', (_, digits, takers) => {
    const bytes = hex(digits)
    expect(accepts(() => decodeCbor(bytes))).toBe(false)
    expect(libraries.filter((library) => accepts(() => decoders[library](bytes)))).toEqual(takers)
  })

  it.each(['1b 0020000000000000', '1b 7fffffffffffffff', '3b 001fffffffffffff', '3b 7fffffffffffffff'])(
    'an integer of 64 bits, %s: the same bigint for all but atcute, which refuses it',
    (digits) => {
      const bytes = hex(digits)
      expect(typeof decodeCbor(bytes)).toBe('bigint')
      for (const library of ['ipld', 'lex'] as const) {
        expect(decoders[library](bytes)).toBe(decodeCbor(bytes))
        expect(toHex(encoders[library](decodeCbor(bytes) as never))).toBe(toHex(bytes))
      }
      expect(accepts(() => atcute.decode(bytes))).toBe(false)
    },
  )

  it('__proto__: a member here, the prototype in lex-cbor', () => {
    const bytes = hex('a1 69 5f5f70726f746f5f5f a1 61 78 01')
    expect(toHex(encodeCbor(decodeCbor(bytes)))).toBe(toHex(bytes))
    expect(Object.keys(lexCbor.decode(bytes) as object)).toEqual([])
  })

  it('a text with a byte order mark: kept here, cut off by those that leave decoding to TextDecoder', () => {
    const bytes = hex('64 efbbbf 61')
    expect(decodeCbor(bytes)).toBe('\ufeffa')
    expect(ipld.decode(bytes)).toBe('a')
    expect(lexCbor.decode(bytes)).toBe('a')
    expect(atcute.decode(bytes)).toBe('\ufeffa')
  })
})

describe('encoders that disagree', () => {
  // What stands here is what each makes of the value; undefined: it refuses. Ours refuses them all.
  const cases: [string, unknown, Partial<Record<Library, string>>, string][] = [
    ['a fraction', 1.5, { ipld: 'fb3ff8000000000000', atcute: 'fb3ff8000000000000' }, 'the data model has no floats'],
    ['2^53', 2 ** 53, { ipld: 'fb4340000000000000' }, 'nor should an integer become one'],
    [
      'a bigint past 2^63',
      2n ** 63n,
      { ipld: '1b8000000000000000', lex: '1b8000000000000000' },
      'integers have 64 bits with a sign',
    ],
    ['a small bigint', 5n, { ipld: '05', lex: '05' }, 'one form in memory for one value'],
    [
      'undefined as a member',
      { a: undefined },
      { lex: 'a0', atcute: 'a0' },
      'there is no undefined; leaving out is for JSON',
    ],
    ['a Map', new Map([['a', 1]]), { ipld: 'a1616101', lex: 'a1616101' }, 'one form in memory for one value'],
    [
      'a lone surrogate',
      '\ud800',
      { ipld: '63efbfbd', lex: '63efbfbd', atcute: '63efbfbd' },
      'replaced, it is another text',
    ],
    ['an ArrayBuffer', new ArrayBuffer(2), { ipld: '420000', lex: '420000' }, 'one form in memory for one value'],
  ]
  it.each(cases)('%s', (_, value, made) => {
    expect(accepts(() => encodeCbor(value as Value))).toBe(false)
    const found: Partial<Record<Library, string>> = {}
    for (const library of libraries) {
      const work = () => toHex(encoders[library](value as never))
      if (accepts(work)) found[library] = work()
    }
    expect(found).toEqual(made)
  })

  it('a member called constructor: taken here, refused by atcute', () => {
    expect(toHex(encodeCbor({ constructor: {} } as Value))).toBe('a16b636f6e7374727563746f72a0')
    expect(accepts(() => atcute.encode({ constructor: {} }))).toBe(false)
  })

  it('-0 is 0 for all', () => {
    for (const library of libraries) expect(toHex(encoders[library](-0 as never))).toBe('00')
    expect(toHex(encodeCbor(-0))).toBe('00')
  })
})

describe('where nothing is known to differ', () => {
  it('every library writes the same bytes', () => {
    fc.assert(
      fc.property(anyOrdinaryValue, (value) => {
        const bytes = encodeCbor(value)
        for (const library of libraries) {
          expect(toHex(encoders[library](decoders[library](bytes) as never))).toBe(toHex(bytes))
        }
      }),
      { numRuns: 300 },
    )
  })

  it('what is taken here is taken by all, and means the same', () => {
    const altered = fc.tuple(anyValue, fc.nat(), fc.nat(255)).map(([value, place, byte]) => {
      const bytes = encodeCbor(value).slice()
      bytes[place % bytes.length] = byte
      return bytes
    })
    fc.assert(
      fc.property(altered, (bytes) => {
        if (!accepts(() => decodeCbor(bytes)) || isMishandled(bytes)) return
        for (const library of hasBigint(decodeCbor(bytes))
          ? libraries.filter((each) => each !== 'atcute')
          : libraries) {
          expect(toHex(encoders[library](decoders[library](bytes) as never))).toBe(toHex(bytes))
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('lex-json writes the same JSON, but for padding after base64', () => {
    fc.assert(
      fc.property(anyOrdinaryValue, (value) => {
        const theirs = lexJson.lexStringify(lexCbor.decode(encodeCbor(value)))
        expect(jsonToValue(JSON.parse(theirs))).toEqual(value)
        expect(JSON.parse(theirs)).toEqual(JSON.parse(stringifyJson(value)))
      }),
      { numRuns: 300 },
    )
  })
})

describe('JSON readers that disagree', () => {
  const link = 'bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity'
  const blob = { $type: 'blob', ref: { $link: link }, mimeType: 'image/png', size: 1 }
  // Ours refuses them all: https://atproto.com/specs/data-model. lex-json in its strict mode takes
  // those marked true.
  it.each<[string, unknown, boolean]>([
    ['a $link that is a number', { $link: 5 }, false],
    ['a $link with company', { $link: link, extra: 1 }, false],
    ['a $link in another base', { $link: 'zdj7WWeQ43G6JJvLWQWZpyHuAMq6uYWRjkBXFad11vE2LHhQ7' }, true],
    ['$bytes that are no text', { $bytes: 1 }, false],
    ['$bytes with company', { $bytes: '', other: 1 }, false],
    ['a blob with a size in text', { ...blob, size: '1' }, false],
    ['a blob with company', { ...blob, alt: 'x' }, false],
    ['a fraction', 1.5, false],
    ['$bytes that are not base64', { $bytes: '*' }, false],
    ['a lone surrogate', '\ud800', true],
  ])('%s', (_, json, taken) => {
    expect(accepts(() => jsonToValue(json))).toBe(false)
    expect(accepts(() => lexJson.jsonToLex(json as never, { strict: true }))).toBe(taken)
  })

  it('the key __proto__: refused by both, and written by neither', () => {
    const json = JSON.parse('{"a":{"__proto__":{"b":1}}}')
    expect(accepts(() => jsonToValue(json))).toBe(false)
    expect(accepts(() => lexJson.jsonToLex(json))).toBe(false)
    expect(accepts(() => stringifyJson(json))).toBe(false)
    expect(accepts(() => lexJson.lexToJson(json))).toBe(false)
  })

  // A published vector that is said to be valid has both: interop/lexicon/record-data-valid.json,
  // "full".
  it('ours takes stray bits in $bytes, as lex-json does, and a blob whose CID is not raw, as its strict mode does not', () => {
    const notRaw = { ...blob, ref: { $link: 'bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq' } }
    expect(jsonToValue({ $bytes: 'Zh' })).toEqual(lexJson.jsonToLex({ $bytes: 'Zh' }))
    expect(valueToJson(jsonToValue(notRaw))).toEqual(notRaw)
    expect(accepts(() => lexJson.jsonToLex(notRaw))).toBe(true)
    expect(accepts(() => lexJson.jsonToLex(notRaw, { strict: true }))).toBe(false)
  })

  it.each<[string, string]>([
    ['a $link that is a number', '{"$link":5}'],
    ['a $link with company', `{"$link":"${link}","extra":1}`],
    ['$bytes with company', '{"$bytes":"","other":1}'],
    ['a blob with a size in text', JSON.stringify({ $type: 'blob', mimeType: 'image/png', size: '1' })],
    ['a blob without a ref', '{"$type":"blob"}'],
    ['a fraction', '[1.5,1e-7]'],
    ['a lone surrogate', '["\\ud800"]'],
    ['a $type that is a number', '{"$type":7,"b":{"$link":"x"}}'],
  ])('%s: lenient, ours and lex-json read the same', (_, text) => {
    const read = parseJson(text, { lenient: true })
    expect(read).toEqual(lexJson.lexParse(text))
    expect(jsonToValue(JSON.parse(text), { lenient: true })).toEqual(read)
  })

  it('an integer past 2^53: exact here when asked for, rounded by lex-json', () => {
    const text = '[9007199254740993]'
    expect(parseJson(text, { longIntegers: true })).toEqual([2n ** 53n + 1n])
    expect(parseJson(text, { lenient: true })).toEqual(lexJson.lexParse(text))
    expect(accepts(() => parseJson(text))).toBe(false)
  })
})
