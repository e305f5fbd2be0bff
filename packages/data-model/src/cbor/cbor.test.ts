import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyKey, anyValue, mapOf } from '../../test/arbitraries.ts'
import { CborError } from '../errors.ts'
import { cborToJson, cborToJsonBytes } from '../json/cbor-to-json.ts'
import { jsonToValue, parseJson } from '../json/json-read.ts'
import { stringifyJson, valueToJson } from '../json/json-write.ts'
import { decodeCbor } from './cbor-decode.ts'
import { encodeCbor } from './cbor-encode.ts'

const runs = { numRuns: 500 }

describe('DAG-CBOR', () => {
  it('reads what it wrote', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(decodeCbor(encodeCbor(value))).toEqual(value)
      }),
      runs,
    )
  })

  it('writes the same bytes in whatever order members were added', () => {
    const members = fc.uniqueArray(fc.tuple(anyKey, anyValue), { maxLength: 12, selector: ([key]) => key })
    fc.assert(
      fc.property(members, fc.integer(), (list, seed) => {
        const shuffled = [...list].sort(([a], [b]) => ((a.length * seed) % 7) - ((b.length * seed) % 7)).reverse()
        expect(encodeCbor(mapOf(shuffled))).toEqual(encodeCbor(mapOf(list)))
      }),
      runs,
    )
  })

  it('is canonical: bytes that are read at all are those that would be written', () => {
    const altered = fc
      .tuple(anyValue, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }))
      .map(([value, changes]) => {
        const bytes = encodeCbor(value).slice()
        for (const [place, byte] of changes) bytes[place % bytes.length] = byte
        return bytes
      })
    let readable = 0
    fc.assert(
      fc.property(fc.oneof(altered, fc.uint8Array({ maxLength: 20 })), (bytes) => {
        const value = decodeOrRefuse(bytes)
        if (value === undefined) return
        readable++
        expect(encodeCbor(value)).toEqual(bytes)
      }),
      { numRuns: 3000 },
    )
    expect(readable).toBeGreaterThan(100)
  })

  it('is refused wherever it is cut off', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const bytes = encodeCbor(value)
        for (let length = 0; length < bytes.length; length++) {
          expect(() => decodeCbor(bytes.subarray(0, length))).toThrow(CborError)
          expect(() => cborToJson(bytes.subarray(0, length))).toThrow(CborError)
        }
      }),
      { numRuns: 25 },
    )
  })
})

describe('JSON', () => {
  it('reads what it wrote', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(parseJson(stringifyJson(value))).toEqual(value)
        expect(jsonToValue(valueToJson(value))).toEqual(value)
      }),
      runs,
    )
  })

  it('changes neither the value nor the JSON that it is made from', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const before = encodeCbor(value)
        const json = valueToJson(value)
        const text = JSON.stringify(json)
        expect(encodeCbor(jsonToValue(json))).toEqual(before)
        expect(JSON.stringify(json)).toBe(text)
        expect(encodeCbor(value)).toEqual(before)
      }),
      runs,
    )
  })

  it('is the same with and without a value in between', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const bytes = encodeCbor(value)
        const text = cborToJson(bytes)
        expect(JSON.parse(text)).toEqual(JSON.parse(stringifyJson(value)))
        expect(new TextDecoder().decode(cborToJsonBytes(bytes))).toBe(text)
        expect(encodeCbor(parseJson(text))).toEqual(bytes)
      }),
      runs,
    )
  })

  it('is the text that JSON.stringify makes, but for keys that JavaScript reorders', () => {
    const text = 'q"\\\b\t\n\f\r\u0000\u001f\u007f\u2028é語🌊/'
    const bytes = encodeCbor([text, -1, 10, true, null, { a: [], b: {} }])
    expect(cborToJson(bytes)).toBe(stringifyJson(decodeCbor(bytes)))
  })
})

function decodeOrRefuse(bytes: Uint8Array) {
  try {
    return decodeCbor(bytes)
  } catch (error) {
    if (error instanceof CborError) return undefined
    throw error
  }
}
