import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hex, toHex } from '../../test/hex.ts'
import { cidOfRaw } from '../cid/cid.ts'
import { CborError } from '../errors.ts'
import { cborToJson } from '../json/cbor-to-json.ts'
import type { Limits, Value } from '../value.ts'
import { decodeCbor } from './cbor-decode.ts'
import { encodeCbor } from './cbor-encode.ts'

const cid = cidOfRaw(Uint8Array.of(1))

function refusal(run: () => unknown): CborError {
  try {
    run()
  } catch (error) {
    if (error instanceof CborError) return error
    throw error
  }
  throw new Error('not refused')
}

/** What no type-checked caller would pass. */
const refusedValue = (value: unknown, limits?: Limits) => refusal(() => encodeCbor(value as Value, limits))

describe('a value that cannot be written', () => {
  it.each<[string, unknown, string, string]>([
    ['a float', { a: { b: 0.5 } }, '/a/b', '0.5'],
    ['NaN', [1, [Number.NaN]], '/1/0', 'NaN'],
    ['a large number', { z: 1, aa: 1e300 }, '/aa', '1e+300'],
    ['a long bigint', [2n ** 64n], '/0', '64 bits'],
    ['a short bigint', [1n], '/0', 'a number could hold'],
    ['undefined', { ok: cid, bytes: Uint8Array.of(1), not: undefined }, '/not', 'undefined'],
    ['a function', { f: () => 1 }, '/f', 'function'],
    ['a class', { list: [null, new Date(0)] }, '/list/1', 'Date'],
    ['a lone surrogate', { text: ['\ud800'] }, '/text/0', 'surrogate'],
    ['a lone surrogate in a key', { a: { '\ud800': 1 } }, '/a/\ud800', 'a key with a lone surrogate'],
    ['a fault at the top', 0.5, '', 'the top'],
    ['a key with a slash', { 'a/b~': 0.5 }, '/a~1b~0', '/a~1b~0'],
  ])('is refused with its path: %s', (_, value, path, message) => {
    const error = refusedValue(value)
    expect(error.path).toBe(path)
    expect(error.message).toContain(message)
  })

  it('is refused with the path of the level that is too deep, even in a circle', () => {
    const circle: unknown[] = []
    circle.push(1, circle)
    const error = refusedValue({ a: circle }, { maxDepth: 3 })
    expect(error).toMatchObject({ reason: 'depth', path: '/a/1/1' })
    expect(error.message).toContain('more than 3 levels')
  })

  it('has no path when the whole is too long', () => {
    expect(refusedValue({ a: 'x'.repeat(100) }, { maxBytes: 10 }).path).toBeUndefined()
  })

  it('is named in a message of bounded length, however long its keys', () => {
    const error = refusedValue({ ['k'.repeat(100_000)]: 0.5 })
    expect(error.path).toHaveLength(100_001)
    expect(error.message.length).toBeLessThan(400)
  })
})

describe('bytes that cannot be read', () => {
  it.each<[string, string, string]>([
    ['a float', 'a1 6161 82 01 fb3fe0000000000000', '/a/1'],
    ['undefined', '82 00 f7', '/1'],
    ['a map key that is no text', 'a1 6161 a1 00 00', '/a'],
    ['keys out of order', '81 a2 6162 00 6161 00', '/0'],
    ['a bad link', 'a2 6161 00 6162 d82a 4100', '/b'],
    ['bad UTF-8', 'a1 6161 81 62c328', '/a/0'],
    ['a value that is cut off', 'a1 6161 82 00 1901', '/a/1'],
    ['a tag', 'c1 00', ''],
    [
      'a fault behind long heads and a link',
      `83 ${'58 18'}${'00'.repeat(24)} d82a582500${toHex(cid.bytes)} fa00000000`,
      '/2',
    ],
  ])('are refused with the path of the fault: %s', (_, digits, path) => {
    const bytes = hex(digits)
    expect(refusal(() => decodeCbor(bytes)).path).toBe(path)
    expect(refusal(() => cborToJson(bytes)).path).toBe(path)
  })

  it('are refused without a path when the fault is behind the value', () => {
    const error = refusal(() => decodeCbor(hex('0000')))
    expect(error).toMatchObject({ reason: 'trailing-bytes', path: undefined })
    expect(error.message).toContain('more bytes behind the value')
  })

  it('are refused as one place by offset and path', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: 4 }), fc.nat(), (json, at) => {
        const value = JSON.parse(JSON.stringify(json, (_, each) => (typeof each === 'number' ? 7 : each)))
        const bytes = encodeCbor(value)
        // Cut off: the fault is in the value that lacks bytes, which exists.
        const error = refusal(() => decodeCbor(bytes.subarray(0, at % bytes.length)))
        expect(typeof error.path).toBe('string')
        const steps = error.path!.split('/').slice(1)
        let reached = value
        for (const step of steps) reached = reached[step.replaceAll('~1', '/').replaceAll('~0', '~')]
        expect(reached).not.toBeUndefined()
      }),
    )
  })
})
