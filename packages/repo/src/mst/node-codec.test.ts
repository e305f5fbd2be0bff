import { type Cid, cidOfCbor, cidOfRaw, decodeCid, encodeCbor, type Value } from '@atoll/data-model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidNodeError, type NodeReason } from '../errors.ts'
import { commonPrefixLength } from '../path.ts'
import { decodeNode, encodeNode, linksOfNode } from './node-codec.ts'

const cid = (number: number): Cid => cidOfCbor(Uint8Array.of(number >> 8, number & 255))
const bytes = (text: string) => new TextEncoder().encode(text)

/** The same node by the generic codec. */
function generic(keys: readonly string[], values: readonly Cid[], children: readonly (Cid | null)[]): Uint8Array {
  const entries = keys.map((key, index) => {
    const prefix = commonPrefixLength(keys[index - 1] ?? '', key)
    return { p: prefix, k: bytes(key.slice(prefix)), v: values[index]!, t: children[index + 1]! }
  })
  return encodeCbor({ l: children[0]!, e: entries })
}

const character = fc.constantFrom(...'ab/.-_~:0AZ')
const key = fc.oneof(
  fc.string({ unit: character, minLength: 1, maxLength: 12 }),
  fc.string({ unit: character, minLength: 200, maxLength: 400 }),
)
const node = fc
  .uniqueArray(key, { maxLength: 40 })
  .map((keys) => keys.sort())
  .chain((keys) => {
    const child = fc.option(fc.nat(60_000).map(cid))
    const children = fc.array(child, { minLength: keys.length + 1, maxLength: keys.length + 1 })
    return fc.record({ keys: fc.constant(keys), values: fc.constant(keys.map((_, index) => cid(index))), children })
  })

describe('the node codec', () => {
  it('writes what the generic codec writes, and reads it back', () => {
    fc.assert(
      fc.property(node, ({ keys, values, children }) => {
        const encoded = encodeNode(keys, values, children)
        expect(encoded).toEqual(generic(keys, values, children))
        expect(decodeNode(encoded)).toEqual({ keys, values, children })
      }),
    )
  })

  it('finds the links of a node at any place in the bytes', () => {
    fc.assert(
      fc.property(node, fc.nat(50), ({ keys, values, children }, start) => {
        const memory = new Uint8Array([...new Uint8Array(start), ...encodeNode(keys, values, children)])
        const cidAt = (at: number) => (at === 0 ? null : decodeCid(memory.subarray(at, at + 36)))
        const links = linksOfNode(memory, start)
        const linked = (remainder: number) => links.filter((_, index) => index % 2 === remainder).map(cidAt)
        expect({ values: linked(1), children: linked(0) }).toEqual({ values, children })
      }),
    )
  })

  it('refuses to look for links in a truncated node, one followed by more bytes, and other bytes', () => {
    const whole = encodeNode(['a/b', 'a/c'], [cid(1), cid(2)], [cid(3), null, cid(4)])
    for (let length = 0; length < whole.length; length++) {
      expect(() => linksOfNode(whole.subarray(0, length), 0)).toThrow(InvalidNodeError)
    }
    expect(() => linksOfNode(new Uint8Array([...whole, 0]), 0)).toThrow(InvalidNodeError)
    fc.assert(
      fc.property(fc.uint8Array(), (other) => {
        expect(() => linksOfNode(other, 0)).toThrow(InvalidNodeError)
      }),
    )
  })

  it('writes the empty tree as other implementations do', () => {
    expect(cidOfCbor(encodeNode([], [], [null])).toString()).toBe(
      'bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm',
    )
  })

  const entry = { p: 0, k: bytes('a/b'), v: cid(1), t: null }
  const second = { p: 2, k: bytes('c'), v: cid(2), t: null }
  const faults: [string, Value, NodeReason][] = [
    ['a value that is no map', [], 'encoding'],
    ['a missing field', { e: [] }, 'encoding'],
    ['an unknown field', { e: [], l: null, x: null }, 'encoding'],
    ['a link of text', { e: [], l: 'link' }, 'encoding'],
    ['a link to a blob', { e: [], l: cidOfRaw(Uint8Array.of(1)) }, 'encoding'],
    ['an entry without a value', { e: [{ p: 0, k: bytes('a/b'), t: null }], l: null }, 'encoding'],
    ['an entry with an unknown field', { e: [{ ...entry, x: 1 }], l: null }, 'encoding'],
    ['a key of text', { e: [{ ...entry, k: 'a/b' }], l: null }, 'encoding'],
    ['a negative prefix length', { e: [entry, { ...second, p: -1 }], l: null }, 'encoding'],
    ['a value of null', { e: [{ ...entry, v: null }], l: null }, 'encoding'],
    ['a prefix of the first key', { e: [{ ...entry, p: 1 }], l: null }, 'prefix'],
    ['a prefix longer than the key before', { e: [entry, { ...second, p: 4 }], l: null }, 'prefix'],
    ['a prefix that could be longer', { e: [entry, { ...second, p: 0, k: bytes('a/c') }], l: null }, 'prefix'],
    ['keys out of order', { e: [entry, { ...second, k: bytes('a') }], l: null }, 'key-order'],
    ['a key twice', { e: [entry, { ...second, p: 3, k: bytes('') }], l: null }, 'key-order'],
    ['a key shorter than the one before', { e: [entry, { ...second, p: 2, k: bytes('') }], l: null }, 'key-order'],
    ['a key of more than 1,024 bytes', { e: [{ ...entry, k: bytes('a'.repeat(1025)) }], l: null }, 'key-length'],
    [
      'keys that add up to more than 1,024 bytes',
      {
        e: [
          { ...entry, k: bytes('a'.repeat(1000)) },
          { ...second, p: 1000, k: bytes('b'.repeat(25)) },
        ],
        l: null,
      },
      'key-length',
    ],
    ['more than 1,024 entries', { e: Array.from({ length: 1025 }, () => entry), l: null }, 'too-wide'],
  ]
  it.each(faults)('refuses %s', (_, value, reason) => {
    expect(() => decodeNode(encodeCbor(value))).toThrow(new InvalidNodeError(reason))
  })

  it('refuses numbers that are not in their shortest form', () => {
    const encoded = encodeNode(['a/b'], [cid(1)], [null, null])
    // The head of the array of one entry, the key's and the prefix length, each a byte longer than
    // it needs to be.
    for (const [at, long] of [
      [3, [0x98, 1]],
      [7, [0x58, 3]],
      [13, [0x18, 0]],
    ] as const) {
      const longer = Uint8Array.of(...encoded.subarray(0, at), ...long, ...encoded.subarray(at + 1))
      expect(() => decodeNode(longer)).toThrow(new InvalidNodeError('encoding'))
    }
  })

  it('refuses every truncation, and bytes after the end', () => {
    const encoded = encodeNode(['a/b', 'a/c'], [cid(1), cid(2)], [cid(3), null, cid(4)])
    for (let length = 0; length < encoded.length; length++) {
      expect(() => decodeNode(encoded.subarray(0, length))).toThrow(InvalidNodeError)
    }
    expect(() => decodeNode(Uint8Array.of(...encoded, 0))).toThrow(new InvalidNodeError('encoding'))
  })

  it('either refuses changed bytes or writes the same bytes again', () => {
    const encoded = encodeNode(['a/b', 'a/c', 'd/e'], [cid(1), cid(2), cid(5)], [cid(3), null, cid(4), null])
    fc.assert(
      fc.property(fc.nat(encoded.length - 1), fc.nat(255), (at, byte) => {
        const changed = encoded.slice()
        changed[at] = byte
        try {
          const { keys, values, children } = decodeNode(changed)
          expect(encodeNode(keys, values, children)).toEqual(changed)
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidNodeError)
        }
      }),
      { numRuns: 3000 },
    )
  })
})
