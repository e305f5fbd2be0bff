import { describe, expect, it } from 'vitest'
import { toHex } from '../../test/hex.ts'
import { CborError, type CborReason } from '../errors.ts'
import type { Value } from '../value.ts'
import { decodeCbor } from './cbor-decode.ts'
import { encodeCbor } from './cbor-encode.ts'

/** What no type-checked caller would pass. */
const encodeAnything = (value: unknown) => encodeCbor(value as Value)

function refusal(value: unknown): CborReason | undefined {
  try {
    encodeAnything(value)
  } catch (error) {
    if (error instanceof CborError) return error.reason
    throw error
  }
  return undefined
}

function nested(levels: number): Value {
  let value: Value = []
  for (let level = 1; level < levels; level++) value = [value]
  return value
}

describe('numbers', () => {
  it.each([
    [0, '00'],
    [-0, '00'],
    [23, '17'],
    [24, '1818'],
    [255, '18ff'],
    [256, '190100'],
    [65535, '19ffff'],
    [65536, '1a00010000'],
    [2 ** 31, '1a80000000'],
    [2 ** 32 - 1, '1affffffff'],
    [2 ** 32, '1b0000000100000000'],
    [Number.MAX_SAFE_INTEGER, '1b001fffffffffffff'],
    [-1, '20'],
    [-24, '37'],
    [-25, '3818'],
    [-256, '38ff'],
    [-257, '390100'],
    [-(2 ** 32), '3affffffff'],
    [-(2 ** 32) - 1, '3b0000000100000000'],
    [Number.MIN_SAFE_INTEGER, '3b001ffffffffffffe'],
  ])('%d in the fewest bytes, and back', (number, expected) => {
    expect(toHex(encodeCbor(number))).toBe(expected)
    expect(decodeCbor(encodeCbor(number))).toBe(number + 0)
  })
})

describe('keys', () => {
  it('are in order of length in UTF-8, then of bytes', () => {
    const map = { bb: 1, é: 2, b: 3, '': 4, a: 5, '🌊': 6, ｆ: 7, aaaa: 8, ﬀ: 9 }
    const keys = Object.keys(decodeCbor(encodeCbor(map)) as object)
    expect(keys).toEqual(['', 'a', 'b', 'bb', 'é', 'ﬀ', 'ｆ', 'aaaa', '🌊'])
  })

  it('put code points beyond the BMP behind those that sort after surrogates in UTF-16', () => {
    const keys = Object.keys(
      decodeCbor(encodeCbor({ '🌊🌊🌊': 1, '\uffff\uffff\uffff\uffff': 2, '\uffffabcdefghi': 3 })) as object,
    )
    expect(keys).toEqual(['\uffffabcdefghi', '\uffff\uffff\uffff\uffff', '🌊🌊🌊'])
  })

  it('are sorted however the object lists them, time and again', () => {
    for (let turn = 0; turn < 20; turn++) {
      expect(toHex(encodeCbor({ b: 1, a: 2 }))).toBe('a2616102616201')
      expect(toHex(encodeCbor({ a: 2, b: 1 }))).toBe('a2616102616201')
      expect(toHex(encodeCbor({ b: 2, c: 1 }))).toBe('a2616202616301')
    }
  })

  it('may be many, long and numeric', () => {
    const map = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [`${index}${'k'.repeat(index % 90)}`, index]),
    )
    expect(decodeCbor(encodeCbor(map))).toEqual(map)
  })

  it('may be __proto__', () => {
    const map = JSON.parse('{"__proto__":{"x":1},"a":2}')
    expect(toHex(encodeCbor(map))).toBe('a261610269 5f5f70726f746f5f5f a1617801'.replaceAll(' ', ''))
  })
})

describe('texts', () => {
  it.each([0, 1, 12, 13, 23, 24, 25, 47, 48, 49, 84, 85, 86, 127, 128, 255, 256, 300, 21845, 65535, 65536, 70000])(
    'of %d characters are written and read, whatever their width',
    (length) => {
      for (const character of ['a', 'é', '語', '🌊']) {
        const text = character.repeat(length)
        expect(decodeCbor(encodeCbor(text))).toBe(text)
        expect(encodeCbor(text).subarray(encodeCbor(text).length - Buffer.byteLength(text))).toEqual(
          new TextEncoder().encode(text),
        )
      }
    },
  )

  it('that change width late keep the right head', () => {
    for (const length of [22, 23, 24, 48, 253, 254, 255, 65533, 65535]) {
      const text = `${'a'.repeat(length)}語`
      expect(decodeCbor(encodeCbor([text, 1]))).toEqual([text, 1])
    }
  })
})

describe('what is refused', () => {
  class Thing {
    a = 1
  }
  it.each<[string, unknown, CborReason]>([
    ['undefined', undefined, 'unsupported-type'],
    ['undefined as a member', { a: undefined }, 'unsupported-type'],
    ['undefined as an item', [undefined], 'unsupported-type'],
    // biome-ignore lint/suspicious/noSparseArray: the hole is the point
    ['a hole in an array', [1, , 2], 'unsupported-type'],
    ['a fraction', 1.5, 'float'],
    ['NaN', Number.NaN, 'float'],
    ['infinity', Number.POSITIVE_INFINITY, 'float'],
    ['2^53', 2 ** 53, 'integer-range'],
    ['-2^53', -(2 ** 53), 'integer-range'],
    ['a bigint', 1n, 'unsupported-type'],
    ['2^53 - 1 as a bigint', 2n ** 53n - 1n, 'unsupported-type'],
    ['2^63', 2n ** 63n, 'integer-range'],
    ['-2^63 - 1', -(2n ** 63n) - 1n, 'integer-range'],
    ['2^64 + 2^60', 2n ** 64n + 2n ** 60n, 'integer-range'],
    ['a function', () => 1, 'unsupported-type'],
    ['a symbol', Symbol('a'), 'unsupported-type'],
    ['a Date', new Date(0), 'unsupported-type'],
    ['a Map', new Map([['a', 1]]), 'unsupported-type'],
    ['a Set', new Set([1]), 'unsupported-type'],
    ['a RegExp', /a/, 'unsupported-type'],
    ['an object of a class', new Thing(), 'unsupported-type'],
    ['an object with another prototype', Object.create({ a: 1 }), 'unsupported-type'],
    ['a boxed string', Object('a'), 'unsupported-type'],
    ['an ArrayBuffer', new ArrayBuffer(2), 'unsupported-type'],
    ['another typed array', new Uint16Array(2), 'unsupported-type'],
    ['a DataView', new DataView(new ArrayBuffer(2)), 'unsupported-type'],
    ['a lone high surrogate', 'a\ud800b', 'surrogate'],
    ['a lone low surrogate', '\udc00', 'surrogate'],
    ['a lone surrogate in a long text', `${'語'.repeat(100)}\ud800`, 'surrogate'],
    ['a lone surrogate in a very long text', `${'a'.repeat(70_000)}\ud800語`, 'surrogate'],
    ['surrogates the wrong way round', '\udc00\ud800', 'surrogate'],
    ['a lone surrogate in a key', { '\ud800': 1 }, 'surrogate'],
  ])('%s', (_, value, reason) => {
    expect(refusal(value)).toBe(reason)
    expect(refusal([value])).toBe(reason)
    expect(refusal({ a: { b: value } })).toBe(reason)
    expect(encodeCbor('still at work')).toHaveLength(14)
  })

  it('more levels than 32, or than asked', () => {
    expect(refusal(nested(32))).toBeUndefined()
    expect(refusal(nested(33))).toBe('depth')
    expect(() => encodeCbor(nested(3), { maxDepth: 2 })).toThrow(CborError)
    expect(encodeCbor(nested(512), { maxDepth: 512 })).toHaveLength(512)
  })

  it('a value that contains itself', () => {
    const circle: Value[] = []
    circle.push({ circle })
    expect(refusal(circle)).toBe('depth')
  })

  it('more bytes than asked', () => {
    expect(() => encodeCbor('a'.repeat(10), { maxBytes: 10 })).toThrow(CborError)
    expect(encodeCbor('a'.repeat(9), { maxBytes: 10 })).toHaveLength(10)
    expect(() => encodeCbor(new Uint8Array(9 * 1024 * 1024))).toThrow(CborError)
  })
})

describe('what is taken', () => {
  it('objects without a prototype', () => {
    expect(toHex(encodeAnything(Object.assign(Object.create(null), { a: 1 })))).toBe('a1616101')
  })

  it('a Buffer as bytes', () => {
    expect(toHex(encodeCbor(Buffer.from('abc')))).toBe('43616263')
  })

  it('only enumerable members with text for a key', () => {
    const map = Object.defineProperty({ a: 1, [Symbol('b')]: 2 }, 'c', { value: 3 })
    expect(toHex(encodeCbor(map))).toBe('a1616101')
  })

  it('getters that encode on their own account', () => {
    const value = {
      a: 1,
      get b() {
        return encodeCbor({ inner: ['x'.repeat(100)] })
      },
      c: 'after',
    }
    expect(decodeCbor(encodeCbor(value))).toEqual({ a: 1, b: encodeCbor({ inner: ['x'.repeat(100)] }), c: 'after' })
  })

  it('values of every size, which stay what they are while others are encoded', () => {
    const sizes = Array.from({ length: 120 }, (_, index) => index ** 2 + index)
    const encoded = sizes.map((size) => encodeCbor(new Uint8Array(size).fill(size)))
    encoded.forEach((bytes, index) => {
      expect(decodeCbor(bytes)).toEqual(new Uint8Array(sizes[index]!).fill(sizes[index]!))
    })
  })

  it('results whose memory cannot be taken away by a transfer', () => {
    const bytes = encodeCbor({ a: 1 })
    expect(() => structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] })).toThrow()
    expect(toHex(bytes)).toBe('a1616101')
  })
})
