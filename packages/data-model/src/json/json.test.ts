import { describe, expect, it, vi } from 'vitest'
import { encodeCbor } from '../cbor/cbor-encode.ts'
import { cidOfCbor, cidOfRaw } from '../cid/cid.ts'
import { DataModelError } from '../errors.ts'
import type { Limits, Value } from '../value.ts'
import { cborToJson } from './cbor-to-json.ts'
import { jsonToValue, parseJson } from './json-read.ts'
import { stringifyJson, valueToJson } from './json-write.ts'

const raw = cidOfRaw(Uint8Array.of(1))
const link = { $link: raw.toString() }
const blob = { $type: 'blob', ref: link, mimeType: 'image/png', size: 1 }

function pathOf(work: () => unknown): string | undefined {
  try {
    work()
  } catch (error) {
    if (error instanceof DataModelError) return error.path
    throw error
  }
  return undefined
}

describe('JSON that is refused, with the path', () => {
  it.each<[string, unknown, string]>([
    ['a $link that is a number', { $link: 5 }, ''],
    ['a $link that is null', { $link: null }, ''],
    ['a $link that is no CID', { $link: 'x' }, ''],
    ['a $link to a CIDv0', { $link: 'QmRQ353oFNqt8zfZ9XGFJ6ufdLzzRGUXVdJEYrVLJoYtfC' }, ''],
    ['a $link with company', { ...link, extra: 1 }, ''],
    ['a $link with company before it', { extra: 1, ...link }, ''],
    ['$bytes that are a list', { $bytes: [1, 2, 3] }, ''],
    ['$bytes that are not base64', { $bytes: 'a-b_' }, ''],
    ['$bytes with company', { $bytes: '', other: 1 }, ''],
    ['both $link and $bytes', { ...link, $bytes: '' }, ''],
    ['a blob without a ref', { $type: 'blob', mimeType: 'image/png', size: 1 }, ''],
    ['a blob with text for a ref', { ...blob, ref: raw.toString() }, ''],
    ['a blob with a size in text', { ...blob, size: '1' }, ''],
    ['a blob with a size below zero', { ...blob, size: -1 }, ''],
    ['a blob without a type', { $type: 'blob', ref: link, size: 1 }, ''],
    ['a blob with no MIME type', { ...blob, mimeType: 'png' }, ''],
    ['a blob with company', { ...blob, alt: 'x' }, ''],
    [
      'a blob whose ref is no CID of the network',
      { ...blob, ref: { $link: 'QmRQ353oFNqt8zfZ9XGFJ6ufdLzzRGUXVdJEYrVLJoYtfC' } },
      '/ref',
    ],
    ['a $type that is a number', { $type: 1 }, '/$type'],
    ['a $type that is null', { $type: null }, '/$type'],
    ['an empty $type', { $type: '' }, '/$type'],
    ['a $type that is a map', { $type: {} }, '/$type'],
    ['a fraction', 1.5, ''],
    ['2^53', 2 ** 53, ''],
    ['a lone surrogate', 'a\ud800', ''],
    ['a lone surrogate in a key', { 'a\ud800': 1 }, '/a\ud800'],
  ])('%s', (_, json, path) => {
    const text = JSON.stringify(json)
    expect(pathOf(() => jsonToValue(json))).toBe(path)
    expect(pathOf(() => parseJson(text))).toBe(path)
    expect(pathOf(() => parseJson(`{"a":[0,${text}]}`))).toBe(`/a/1${path}`)
    expect(pathOf(() => jsonToValue({ 'x/y~z': json }))).toBe(`/x~1y~0z${path}`)
  })

  it.each(['', 'nul', '{', '[1,]', '{"a":1,}', "{'a':1}", '\ufeff1', 'NaN', '01', '1 2', '"\u0000"', '{"a" 1}'])(
    'text that is not JSON: %j',
    (text) => {
      expect(pathOf(() => parseJson(text))).toBe('')
    },
  )

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['undefined as a member', { a: undefined }],
    ['a Date', { a: new Date(0) }],
    ['a Map', new Map()],
    ['a bigint', 1n],
    ['NaN', Number.NaN],
    ['infinity', Number.NEGATIVE_INFINITY],
    ['a function', () => 1],
  ])('what is no JSON at all: %s', (_, value) => {
    expect(() => jsonToValue(value)).toThrow(DataModelError)
  })

  it('bytes that are not UTF-8', () => {
    expect(() => parseJson(Uint8Array.of(34, 255, 34))).toThrow(DataModelError)
  })

  it.each<[string, string, string]>([
    ['at the top', '{"__proto__":1}', '/__proto__'],
    ['with text', '{"__proto__":"x"}', '/__proto__'],
    ['after others', '{"a":1,"__proto__":{"b":1}}', '/__proto__'],
    ['further down', '{"a":[0,{"b":{"__proto__":null}}]}', '/a/1/b/__proto__'],
    ['within itself', '{"__proto__":{"__proto__":{}}}', '/__proto__'],
    ['escaped', '{"a":{"\\u005f_pr\\u006fto__":1}}', '/a/__proto__'],
    ['in a blob', '{"$type":"blob","__proto__":{}}', '/__proto__'],
    ['in a long text', `{"a":"${'x'.repeat(100_000)}","b":{"__proto__":{}}}`, '/b/__proto__'],
  ])('the key __proto__ %s', (_, text, path) => {
    expect(pathOf(() => parseJson(text))).toBe(path)
    expect(pathOf(() => parseJson(new TextEncoder().encode(text)))).toBe(path)
    expect(pathOf(() => jsonToValue(JSON.parse(text)))).toBe(path)
    expect(() => parseJson(text)).toThrow(`Invalid key: __proto__ at ${path}`)
  })

  it('a surrogate that is escaped', () => {
    expect(() => parseJson('"\\ud800"')).toThrow(DataModelError)
    expect(() => parseJson('{"\\udc00":1}')).toThrow(DataModelError)
    expect(parseJson('"\\ud83c\\udf0a"')).toBe('🌊')
  })
})

describe('what lenient reading takes', () => {
  const lenient = { lenient: true }

  it('numbers as they are, and in full where they are integers of 64 bits and these are wanted', () => {
    const text =
      '{"a":[1.5,-0,1e300,9007199254740993,-9223372036854775808,9223372036854775808,1e20,1234567890123456.5]}'
    expect(parseJson('[9007199254740993]', lenient)).toEqual([2 ** 53])
    expect(parseJson(text, { lenient: true, longIntegers: true })).toEqual({
      a: [1.5, 0, 1e300, 2n ** 53n + 1n, -(2n ** 63n), 2 ** 63, 1e20, 1234567890123456.5],
    })
    expect(parseJson('["12345678901234567890"]', lenient)).toEqual(['12345678901234567890'])
  })

  it('a malformed link, bytes or blob as the map that it is, with what is in it', () => {
    const text = `{"l":{"$link":"x","in":${JSON.stringify(link)}},"b":{"$bytes":5},"c":{"$type":"blob","size":0.5},"$type":3}`
    expect(parseJson(text, lenient)).toEqual({
      l: { $link: 'x', in: raw },
      b: { $bytes: 5 },
      c: { $type: 'blob', size: 0.5 },
      $type: 3,
    })
  })

  it('the key __proto__, as a member like any other', () => {
    const text = '{"a":{"__proto__":{"b":1}}}'
    for (const value of [parseJson(text, lenient), jsonToValue(JSON.parse(text), lenient)]) {
      const { a } = value as { a: object }
      expect(Object.entries(a)).toEqual([['__proto__', { b: 1 }]])
      expect(Object.getPrototypeOf(a)).toBe(Object.prototype)
    }
  })

  it('text with a lone surrogate, and bytes that are not UTF-8', () => {
    expect(parseJson('{"\\udc00":"\\ud800"}', lenient)).toEqual({ '\udc00': '\ud800' })
    expect(parseJson(Uint8Array.of(34, 255, 34), lenient)).toBe('\ufffd')
  })

  it('nothing past the limits, and nothing that is not JSON', () => {
    expect(() => parseJson('[[1]]', { ...lenient, maxDepth: 1 })).toThrow(DataModelError)
    expect(() => parseJson('[1,2]', { ...lenient, maxItems: 2 })).toThrow(DataModelError)
    expect(() => parseJson('{', lenient)).toThrow(DataModelError)
  })

  it('well-formed input as strict reading does', () => {
    const text = `{"a":${JSON.stringify(link)},"b":{"$bytes":"AQ"},"n":7}`
    expect(parseJson(text, lenient)).toEqual(parseJson(text))
  })
})

describe('integers past 2^53', () => {
  const long = { longIntegers: true }

  it('are read as bigints when they are wanted, up to 64 bits', () => {
    const text = '{"a":[9007199254740993,{"b":-9223372036854775808}],"c":9007199254740991}'
    expect(parseJson(text, long)).toEqual({
      a: [2n ** 53n + 1n, { b: -(2n ** 63n) }],
      c: 2 ** 53 - 1,
    })
    expect(stringifyJson(parseJson(text, long))).toBe(text)
    expect(pathOf(() => parseJson(text))).toBe('/a/0')
    expect(jsonToValue([2n ** 60n], long)).toEqual([2n ** 60n])
  })

  it('are not read in full to find out that they are too long', () => {
    const read = vi.spyOn(globalThis, 'BigInt')
    const text = `[9007199254740993,${'1'.repeat(300)},${'1'.repeat(1000)}]`
    expect(pathOf(() => parseJson(text, long))).toBe('/1')
    expect(read.mock.calls.map(([digits]) => digits)).toEqual(['9007199254740993'])
    read.mockRestore()
  })

  it('are refused past 64 bits, as are fractions and everything else that is malformed', () => {
    const refused = [
      '[1,9223372036854775808]',
      '[1,1e20]',
      '[1,-9223372036854775809]',
      '[1,1.5]',
      '[9007199254740993,1.5]',
    ]
    for (const text of refused) expect(pathOf(() => parseJson(text, long))).toBe('/1')
    expect(pathOf(() => parseJson('[9007199254740993,"\\ud800"]', long))).toBe('/1')
    expect(pathOf(() => parseJson('[9007199254740993,{"$link":1}]', long))).toBe('/1')
    expect(pathOf(() => parseJson(`${'['.repeat(9000)}9007199254740993${']'.repeat(9000)}`, long))).toBeDefined()
    expect(() => jsonToValue([1n], long)).toThrow(DataModelError)
    expect(() => jsonToValue([2n ** 60n])).toThrow(DataModelError)
  })
})

describe('limits', () => {
  const deep = (levels: number, inner = '') => '['.repeat(levels) + inner + ']'.repeat(levels)

  it('take 32 levels and refuse the 33rd', () => {
    expect(pathOf(() => parseJson(deep(32)))).toBeUndefined()
    expect(pathOf(() => parseJson(deep(33)))).toBe('/0'.repeat(32))
    expect(pathOf(() => parseJson(deep(32, '1')))).toBeUndefined()
    expect(pathOf(() => parseJson(deep(2), { maxDepth: 1 }))).toBe('/0')
    expect(pathOf(() => valueToJson(JSON.parse(deep(33))))).toBe('/0'.repeat(32))
    expect(pathOf(() => stringifyJson(JSON.parse(deep(512)), { maxDepth: 512 }))).toBeUndefined()
  })

  it('do not count the objects that links and bytes are in JSON', () => {
    expect(pathOf(() => parseJson(deep(32, JSON.stringify(link))))).toBeUndefined()
    expect(pathOf(() => parseJson(deep(32, '{"$bytes":""}')))).toBeUndefined()
    expect(pathOf(() => parseJson(deep(32, '{"a":""}')))).toBe('/0'.repeat(32))
  })

  it('hold for a million levels, open or closed', () => {
    expect(pathOf(() => parseJson(deep(1_000_000)))).toBe('')
    expect(pathOf(() => parseJson('['.repeat(1_000_000)))).toBe('')
    expect(pathOf(() => parseJson('{"a":'.repeat(1_000_000)))).toBe('')
  })

  it('hold for numbers of values and of characters', () => {
    expect(pathOf(() => parseJson('[1,2,3]', { maxItems: 3 }))).toBe('')
    expect(pathOf(() => parseJson('{"a":[1,2]}', { maxItems: 3 }))).toBe('/a')
    expect(pathOf(() => parseJson('[1,2,3]', { maxItems: 4 }))).toBeUndefined()
    expect(pathOf(() => parseJson('[1,2,3]', { maxBytes: 6 }))).toBe('')
    expect(pathOf(() => parseJson(`[${'{},'.repeat(2_000_000)}{}]`))).toBe('')
    const many: Limits = { maxItems: 100_001 }
    expect(pathOf(() => parseJson(`[${'0,'.repeat(99_999)}0]`, many))).toBeUndefined()
  })

  it('are not taken in by brackets and commas within long texts', () => {
    const text = '[[[{{{,,,\\"\\\\'.repeat(20_000)
    expect(parseJson(JSON.stringify({ a: text, b: `${text}\\` }))).toEqual({ a: text, b: `${text}\\` })
  })
})

describe('JSON that is taken', () => {
  it.each([
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    '__proto',
    '_proto_',
    '__proto___',
    '__PROTO__',
    '_',
  ])('may have the key %s, both ways', (key) => {
    const text = `{"${key}":{"x":1},"y":[{"${key}":${JSON.stringify(link)}}]}`
    const value = parseJson(text) as { [key: string]: Value }
    expect(Object.keys(value)).toEqual([key, 'y'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(stringifyJson(value)).toBe(text)
    expect(parseJson(cborToJson(encodeCbor(value)))).toEqual(value)
  })

  it('has links, bytes and blobs as typed values', () => {
    const value = parseJson(JSON.stringify({ a: link, b: [{ $bytes: 'AQID' }], c: blob }))
    expect(value).toEqual({ a: raw, b: [Uint8Array.of(1, 2, 3)], c: { ...blob, ref: raw } })
  })

  it('may have padded base64; none is written', () => {
    expect(parseJson('[{"$bytes":"AQ=="},{"$bytes":"AQ"},{"$bytes":""}]')).toEqual([
      Uint8Array.of(1),
      Uint8Array.of(1),
      new Uint8Array(),
    ])
    expect(stringifyJson(Uint8Array.of(1))).toBe('{"$bytes":"AQ"}')
    expect(cborToJson(encodeCbor(Uint8Array.of(1)))).toBe('{"$bytes":"AQ"}')
  })

  it('may have bits after the last byte of base64, which have no place in what is written', () => {
    expect(stringifyJson(parseJson('{"$bytes":"123"}'))).toBe('{"$bytes":"120"}')
  })

  it('may have a blob with a CID that is not raw', () => {
    const ref = cidOfCbor(Uint8Array.of(1))
    expect(parseJson(JSON.stringify({ ...blob, ref }))).toEqual({ ...blob, ref })
  })

  it('keeps the legacy blob form as it is', () => {
    const legacy = { cid: raw.toString(), mimeType: 'image/png' }
    expect(parseJson(JSON.stringify(legacy))).toEqual(legacy)
  })

  it('may have whole numbers in any notation, and no negative zero', () => {
    expect(parseJson('[123.0, 1e2, -0, 0.0, -0.0]')).toEqual([123, 100, 0, 0, 0])
    expect(jsonToValue({ a: -0 })).toEqual({ a: 0 })
  })

  it('may have other keys that begin with a dollar', () => {
    expect(parseJson('{"$other":1,"$":2}')).toEqual({ $other: 1, $: 2 })
  })

  it('may come as bytes', () => {
    expect(parseJson(new TextEncoder().encode('{"a":"語"}'))).toEqual({ a: '語' })
  })
})

describe('values without a JSON form', () => {
  it.each(['$link', '$bytes', '__proto__'])('are maps with the key %s', (key) => {
    const value = { a: [{ [key]: 'x' }] }
    expect(pathOf(() => valueToJson(value))).toBe(`/a/0/${key}`)
    expect(pathOf(() => stringifyJson(value))).toBe(`/a/0/${key}`)
    expect(pathOf(() => cborToJson(encodeCbor({ [key]: 1 })))).toBe(`/${key}`)
    expect(pathOf(() => cborToJson(encodeCbor(value)))).toBe(`/a/0/${key}`)
  })

  it.each<[string, unknown]>([
    ['a fraction', 1.5],
    ['NaN', Number.NaN],
    ['a Date', new Date(0)],
    ['a lone surrogate', '\ud800'],
    ['undefined', undefined],
    ['a bigint', 1n],
    ['a symbol', Symbol('a')],
  ])('are refused: %s', (_, value) => {
    expect(pathOf(() => valueToJson(value as Value))).toBe('')
    expect(pathOf(() => stringifyJson([1, value as Value]))).toBe('/1')
  })

  it('are integers past 2^53 where JSON is not text', () => {
    const value: Value = { a: ['x"y', { b: 2n ** 60n, c: null, d: raw }], e: undefined as never }
    expect(pathOf(() => valueToJson(value))).toBe('/a/1/b')
    expect(stringifyJson(value)).toBe(`{"a":["x\\"y",{"b":1152921504606846976,"c":null,"d":${JSON.stringify(link)}}]}`)
    expect(pathOf(() => stringifyJson([2n ** 60n, '\ud800']))).toBe('/1')
    expect(pathOf(() => stringifyJson([2n ** 64n]))).toBe('/0')
  })
})

describe('members that are undefined', () => {
  it('are left out of JSON', () => {
    const value = { a: undefined, b: { c: undefined, d: 1 }, e: raw } as unknown as Value
    expect(stringifyJson(value)).toBe(`{"b":{"d":1},"e":${JSON.stringify(link)}}`)
    expect(valueToJson(value)).toStrictEqual({ b: { d: 1 }, e: link })
  })
})
