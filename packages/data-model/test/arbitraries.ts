/** Arbitrary values of the data model, for property tests. Not part of the package. */
import * as fc from 'fast-check'
import { type Cid, cidOfCbor, cidOfRaw } from '../src/cid/cid.ts'
import type { Value, ValueMap } from '../src/value.ts'

export const anyCid: fc.Arbitrary<Cid> = fc
  .tuple(fc.boolean(), fc.uint8Array({ maxLength: 8 }))
  .map(([raw, seed]) => (raw ? cidOfRaw(seed) : cidOfCbor(seed)))

/** Text of all sorts: short and long, ASCII and not, with everything that JSON escapes. */
const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 80 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '\n', '\u0000', '\u001f', '\u007f', 'é', '語', '🌊', '\ufffd', '\ufeff', '\u2028'),
    maxLength: 40,
  }),
)

/** Keys that are likely to meet: awkward ones among them, and none that JSON cannot hold. */
export const anyKey: fc.Arbitrary<string> = fc
  .oneof(
    fc.constantFrom(
      'a',
      'b',
      'aa',
      'é',
      'z',
      '語',
      '🌊',
      '\uffff',
      'constructor',
      'toString',
      '1',
      '10',
      '',
      '$unknown',
      'text',
      'langs',
    ),
    anyText,
  )
  .filter((key) => key !== '$type' && key !== '$link' && key !== '$bytes' && key !== '__proto__')

/** Any value that has both a DAG-CBOR and a JSON form. */
export const anyValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value; map: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.oneof(
      fc.constantFrom<Value>(
        null,
        true,
        false,
        0,
        23,
        24,
        255,
        256,
        65535,
        65536,
        2 ** 32 - 1,
        2 ** 32,
        Number.MAX_SAFE_INTEGER,
        -1,
        -24,
        -25,
        Number.MIN_SAFE_INTEGER,
      ),
      fc.maxSafeInteger().map((number) => number + 0),
      anyText,
      fc.uint8Array({ maxLength: 100 }),
      anyCid,
    ),
    fc.array(tie('value'), { maxLength: 6 }),
    tie('map'),
  ),
  map: fc.uniqueArray(fc.tuple(anyKey, tie('value')), { maxLength: 8, selector: ([key]) => key }).map(mapOf),
})).value

/** A map with own members only, whatever their keys. */
export function mapOf(members: readonly (readonly [string, Value])[]): ValueMap {
  const map: ValueMap = {}
  for (const [key, value] of members) {
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true })
  }
  return map
}
