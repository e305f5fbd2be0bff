import { describe, expect, it } from 'vitest'
import { hex } from '../../test/hex.ts'
import { CborError, type CborReason } from '../errors.ts'
import { cborToJson } from '../json/cbor-to-json.ts'
import { stringifyJson } from '../json/json-write.ts'
import type { Limits } from '../value.ts'
import { decodeCbor, decodeFirstCbor } from './cbor-decode.ts'
import { encodeCbor } from './cbor-encode.ts'

const digest = '00'.repeat(32)
const nested = (head: string, levels: number, end = '') => hex(head.repeat(levels) + end)

/** The reason for which both readers of DAG-CBOR refuse these bytes, and the place. */
function refusal(bytes: Uint8Array, limits?: Limits): { reason: CborReason; offset: number } | undefined {
  const found = [decodeCbor, cborToJson].map((read) => {
    try {
      read(bytes, limits)
    } catch (error) {
      if (error instanceof CborError) return { reason: error.reason, offset: error.offset }
      throw error
    }
    return undefined
  })
  expect(found[1]).toEqual(found[0])
  return found[0]
}

describe('what is refused', () => {
  const cases: [string, string, CborReason][] = [
    ['nothing at all', '', 'truncated'],
    ['trailing bytes', '01 01', 'trailing-bytes'],
    ['a trailing break', '80 ff', 'trailing-bytes'],

    ['23 in two bytes', '18 17', 'not-minimal'],
    ['255 in three bytes', '19 00ff', 'not-minimal'],
    ['65535 in five bytes', '1a 0000ffff', 'not-minimal'],
    ['2^32 - 1 in nine bytes', '1b 00000000ffffffff', 'not-minimal'],
    ['-24 in two bytes', '38 17', 'not-minimal'],
    ['a text length that is too wide', '78 01 61', 'not-minimal'],
    ['a byte length that is too wide', '58 01 61', 'not-minimal'],
    ['an array length that is too wide', '98 01 01', 'not-minimal'],
    ['a map length that is too wide', 'b8 01 61 61 01', 'not-minimal'],
    ['a key length that is too wide', 'a1 78 01 61 01', 'not-minimal'],
    ['tag 42 in three bytes', `d9 002a 58 25 00 01 71 12 20 ${digest}`, 'not-minimal'],
    ['a CID length in three bytes', `d8 2a 59 0025 00 01 71 12 20 ${digest}`, 'not-minimal'],

    ['2^63', '1b 8000000000000000', 'integer-range'],
    ['-2^63 - 1', '3b 8000000000000000', 'integer-range'],
    ['2^64 - 1', '1b ffffffffffffffff', 'integer-range'],
    ['-2^64', '3b ffffffffffffffff', 'integer-range'],
    ['a length of 2^64 - 1', '5b ffffffffffffffff', 'integer-range'],
    ['a length of 2^53', '5b 0020000000000000', 'integer-range'],
    ['a tag of 2^53', 'db 0020000000000000 01', 'integer-range'],
    ['a number cut off', '1a 0000', 'truncated'],
    ['a long number cut off', '1b 00200000000000', 'truncated'],
    ['a number cut off after its head', '18', 'truncated'],

    ['an indefinite array', '9f 01 ff', 'indefinite-length'],
    ['an indefinite map', 'bf 61 61 01 ff', 'indefinite-length'],
    ['an indefinite text', '7f 61 61 ff', 'indefinite-length'],
    ['an indefinite byte string', '5f 41 61 ff', 'indefinite-length'],
    ['a break alone', 'ff', 'indefinite-length'],
    ['a break as an item', '81 ff', 'indefinite-length'],
    ['an indefinite integer', '1f', 'indefinite-length'],

    ['half-width floats', 'f9 3e00', 'float'],
    ['single floats', 'fa 3fc00000', 'float'],
    ['double floats', 'fb 3ff8000000000000', 'float'],
    ['an integer as a float', 'fb 3ff0000000000000', 'float'],
    ['NaN', 'f9 7e00', 'float'],
    ['infinity', 'fb 7ff0000000000000', 'float'],
    ['negative zero', 'fb 8000000000000000', 'float'],

    ['undefined', 'f7', 'simple-value'],
    ['undefined in a map', 'a1 61 61 f7', 'simple-value'],
    ['simple value 0', 'e0', 'simple-value'],
    ['simple value 19', 'f3', 'simple-value'],
    ['true in two bytes', 'f8 15', 'simple-value'],
    ['simple value 32', 'f8 20', 'simple-value'],
    ['a reserved head of major type 7', 'fc', 'reserved'],
    ['a reserved width', '1c', 'reserved'],
    ['a reserved text length', '7d', 'reserved'],

    ['a date tag', 'c0 61 61', 'tag'],
    ['a bignum', 'c2 41 01', 'tag'],
    ['the tag that says: CBOR', 'd9 d9f7 01', 'tag'],
    ['tag 43', `d8 2b 58 25 00 01 71 12 20 ${digest}`, 'tag'],
    ['tag 42 cut off', 'd8 2a', 'truncated'],
    ['tag 42 on text', 'd8 2a 61 61', 'cid'],
    ['tag 42 on an array', 'd8 2a 80', 'cid'],
    ['tag 42 on no bytes', 'd8 2a 40', 'cid'],
    ['a CID cut off', `d8 2a 58 25 00 01 71 12 20 ${'00'.repeat(31)}`, 'truncated'],
    ['a CID without its zero byte', `d8 2a 58 24 01 71 12 20 ${digest}`, 'cid'],
    ['a CID with another multibase', `d8 2a 58 25 01 01 71 12 20 ${digest}`, 'cid'],
    ['a CIDv0', `d8 2a 58 23 00 12 20 ${digest}`, 'cid'],
    ['a CIDv2', `d8 2a 58 25 00 02 71 12 20 ${digest}`, 'cid'],
    ['a dag-pb CID', `d8 2a 58 25 00 01 70 12 20 ${digest}`, 'cid'],
    ['a sha-512 CID', `d8 2a 58 45 00 01 71 13 40 ${digest}${digest}`, 'cid'],
    ['a CID with another hash of 32 bytes', `d8 2a 58 25 00 01 71 1e 20 ${digest}`, 'cid'],
    ['an identity CID', 'd8 2a 46 00 01 71 00 01 00', 'cid'],
    ['a CID with bytes after the digest', `d8 2a 58 26 00 01 71 12 20 ${digest} 00`, 'cid'],

    ['a byte that is not UTF-8', '61 ff', 'utf8'],
    ['a continuation byte alone', '61 80', 'utf8'],
    ['a character cut off', '61 c3', 'utf8'],
    ['a character cut off in a long text', `78 20 ${'61'.repeat(31)} c3`, 'utf8'],
    ['an overlong character of two bytes', '62 c080', 'utf8'],
    ['an overlong slash', '62 c0af', 'utf8'],
    ['an overlong character of three bytes', '63 e09fbf', 'utf8'],
    ['an overlong character of four bytes', '64 f08fbfbf', 'utf8'],
    ['a surrogate', '63 eda080', 'utf8'],
    ['a pair of surrogates', '66 eda080 edb080', 'utf8'],
    ['a code point past the last', '64 f4908080', 'utf8'],
    ['a lead byte of five', '65 f888808080', 'utf8'],
    ['a wrong third byte', '63 e28228', 'utf8'],
    ['a key that is not UTF-8', 'a1 61 ff 01', 'utf8'],
    ['a fault beside a true replacement character', '64 efbfbd ff', 'utf8'],

    ['an integer as a key', 'a1 01 02', 'key-type'],
    ['bytes as a key', 'a1 41 61 02', 'key-type'],
    ['null as a key', 'a1 f6 02', 'key-type'],
    ['an array as a key', 'a1 80 02', 'key-type'],
    ['keys out of order', 'a2 61 62 01 61 61 02', 'key-order'],
    ['keys in bytewise order, not length first', 'a2 62 6161 01 61 62 02', 'key-order'],
    ['a long key before a short one', `a2 78 18 ${'61'.repeat(24)} 01 61 62 02`, 'key-order'],
    ['the same key twice', 'a2 61 61 01 61 61 02', 'duplicate-key'],
    ['the empty key twice', 'a2 60 01 60 02', 'duplicate-key'],
    ['__proto__ twice', 'a2 69 5f5f70726f746f5f5f 01 69 5f5f70726f746f5f5f 02', 'duplicate-key'],

    ['an array that claims 2^32 - 1 items', '9a ffffffff', 'truncated'],
    ['an array that claims 2^53 - 1 items', '9b 001fffffffffffff', 'truncated'],
    ['a map that claims 2^32 - 1 keys', 'ba ffffffff', 'truncated'],
    ['a text that claims 2^31 bytes', '7a 80000000 61', 'truncated'],
    ['bytes that claim 2^31', '5a 80000000 61', 'truncated'],
    ['an array one item short', '82 01', 'truncated'],
    ['a map without the last value', 'a1 61 61', 'truncated'],
    ['a map without the last key', 'a2 61 61 01', 'truncated'],
    ['a text one byte short', '62 61', 'truncated'],
  ]
  it.each(cases)('%s', (_, digits, reason) => {
    expect(refusal(hex(digits))?.reason).toBe(reason)
    // Neither do they pass inside of something else.
    if (reason !== 'trailing-bytes') expect(refusal(hex(`81 ${digits}`))?.reason).toBe(reason)
    if (reason !== 'trailing-bytes') expect(refusal(hex(`a1 61 61 ${digits}`))?.reason).toBe(reason)
  })

  it('says where the fault is', () => {
    expect(refusal(hex('83 01 02 f7'))).toEqual({ reason: 'simple-value', offset: 3 })
    expect(refusal(hex('a2 61 62 01 61 61 02'))).toEqual({ reason: 'key-order', offset: 4 })
  })

  it('finds keys out of order after many maps with the same keys in order', () => {
    const good = hex('a3 61 61 01 61 62 02 61 63 03')
    for (let turn = 0; turn < 50; turn++) expect(refusal(good)).toBeUndefined()
    expect(refusal(hex('a3 61 61 01 61 63 03 61 62 02'))?.reason).toBe('key-order')
    expect(refusal(hex('a3 61 61 01 61 62 02 61 62 03'))?.reason).toBe('duplicate-key')
    expect(refusal(hex('a3 61 61 01 61 62 02 61 61 03'))?.reason).toBe('key-order')
    expect(decodeCbor(hex('a3 61 61 01 61 62 02 61 64 03'))).toEqual({ a: 1, b: 2, d: 3 })
    expect(refusal(good.subarray(0, 8))?.reason).toBe('truncated')
  })
})

describe('limits', () => {
  it('takes 32 levels and refuses the 33rd', () => {
    expect(refusal(nested('81', 31, '80'))).toBeUndefined()
    expect(refusal(nested('81', 32, '80'))).toEqual({ reason: 'depth', offset: 32 })
    expect(refusal(nested('a1 61 61', 32, 'a0'))?.reason).toBe('depth')
    expect(refusal(nested('81', 32, '01'))).toBeUndefined()
  })

  it('takes another number of levels when asked', () => {
    expect(refusal(hex('81 80'), { maxDepth: 1 })?.reason).toBe('depth')
    expect(refusal(nested('81', 511, '80'), { maxDepth: 512 })).toBeUndefined()
    expect(() => decodeCbor(hex('80'), { maxDepth: 513 })).toThrow(RangeError)
  })

  it('survives a million levels', () => {
    expect(refusal(nested('81', 1_000_000))?.reason).toBe('depth')
    expect(refusal(nested('a1 61 61', 300_000), { maxDepth: 512 })?.reason).toBe('depth')
  })

  it('counts items and bytes', () => {
    expect(refusal(hex('83 01 02 03'), { maxItems: 3 })?.reason).toBe('too-many-items')
    expect(refusal(hex('83 01 02 03'), { maxItems: 4 })).toBeUndefined()
    expect(refusal(hex('83 01 02 03'), { maxBytes: 3 })?.reason).toBe('too-many-bytes')
    expect(refusal(new Uint8Array(8 * 1024 * 1024 + 1))?.reason).toBe('too-many-bytes')
  })
})

describe('what is read', () => {
  it('keeps __proto__ as a harmless member', () => {
    const value = decodeCbor(hex('a1 69 5f5f70726f746f5f5f a1 61 78 01')) as { [key: string]: unknown }
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Object.keys(value)).toEqual(['__proto__'])
    expect(value['x']).toBeUndefined()
    expect(({} as { [key: string]: unknown })['x']).toBeUndefined()
  })

  it('keeps a byte order mark and a replacement character', () => {
    expect(decodeCbor(hex('63 efbbbf'))).toBe('\ufeff')
    expect(decodeCbor(hex('63 efbfbd'))).toBe('\ufffd')
    expect(decodeCbor(hex('78 1b efbfbd 616161616161616161616161616161616161616161616161'))).toBe(
      `\ufffd${'a'.repeat(24)}`,
    )
  })

  it.each<[string, number | bigint]>([
    ['1b 001fffffffffffff', 2 ** 53 - 1],
    ['1b 0020000000000000', 2n ** 53n],
    ['1b 0020000000000001', 2n ** 53n + 1n],
    ['1b 0102030405060708', 0x0102030405060708n],
    ['1b 7fffffffffffffff', 2n ** 63n - 1n],
    ['3b 001ffffffffffffe', -(2 ** 53 - 1)],
    ['3b 001fffffffffffff', -(2n ** 53n)],
    ['3b 0020000000000000', -(2n ** 53n) - 1n],
    ['3b 7fffffffffffffff', -(2n ** 63n)],
  ])('reads the integer %s, gives it back as it was, and writes its digits as JSON', (digits, value) => {
    const bytes = hex(digits)
    expect(decodeCbor(bytes)).toBe(value)
    expect(encodeCbor(value)).toEqual(bytes)
    const list = hex(`82 ${digits} a1 61 61 ${digits}`)
    expect(encodeCbor(decodeCbor(list))).toEqual(list)
    expect(cborToJson(list)).toBe(`[${value},{"a":${value}}]`)
    expect(stringifyJson(decodeCbor(list))).toBe(`[${value},{"a":${value}}]`)
  })

  it('gives byte strings as plain views, out of a Buffer too', () => {
    const bytes = Buffer.from(hex('43 010203'))
    const value = decodeCbor(bytes) as Uint8Array
    expect(value).toEqual(Uint8Array.of(1, 2, 3))
    expect(Object.getPrototypeOf(value)).toBe(Uint8Array.prototype)
    expect(value.buffer).toBe(bytes.buffer)
  })

  it('gives CIDs that do not depend on the bytes read', () => {
    const bytes = hex(`d8 2a 58 25 00 01 71 12 20 ${digest}`)
    const cid = decodeCbor(bytes)
    bytes.fill(7)
    expect(`${cid}`).toBe('bafyreiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')
  })

  it('reads values that follow each other', () => {
    const bytes = hex('01 61 61 80')
    const first = decodeFirstCbor(bytes)
    expect(first).toEqual({ value: 1, end: 1 })
    const second = decodeFirstCbor(bytes, first.end)
    expect(second).toEqual({ value: 'a', end: 3 })
    expect(decodeFirstCbor(bytes, second.end)).toEqual({ value: [], end: 4 })
    expect(() => decodeFirstCbor(bytes, 4)).toThrow(CborError)
    expect(() => decodeFirstCbor(bytes, 400)).toThrow(CborError)
  })
})
