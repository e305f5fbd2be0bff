import { cidOfCbor, encodeCbor, type Value, type ValueMap } from '@atoll/data-model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameError } from '../errors.ts'
import { decodeFrame, encodeErrorFrame, encodeFrame, encodeMessageFrame } from './frames.ts'

const two = (header: Value, body: Value) => Buffer.concat([encodeCbor(header), encodeCbor(body)])

const scalar = fc.oneof(
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.string({ unit: 'grapheme' }),
  fc.uint8Array().map((bytes) => Uint8Array.from(bytes)),
  fc.uint8Array().map((bytes) => cidOfCbor(Uint8Array.from(bytes))),
)
const body: fc.Arbitrary<ValueMap> = fc.dictionary(
  fc.string({ unit: 'grapheme' }).filter((key) => key !== '__proto__'),
  fc.oneof(scalar, fc.array(scalar)),
  { noNullPrototype: true },
)
const type = fc.string({ unit: 'grapheme', minLength: 1 })

describe('a frame', () => {
  it('with a message comes back as it was', () => {
    fc.assert(
      fc.property(type, body, (t, message) => {
        const frame = decodeFrame(encodeMessageFrame(t, message))
        expect(frame).toEqual({ op: 1, type: t, body: message })
        expect(encodeFrame({ op: 1, t }, message)).toEqual(encodeMessageFrame(t, message))
      }),
    )
  })

  it('with an error comes back as it was', () => {
    fc.assert(
      fc.property(type, fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }), (error, message) => {
        const expected = message === undefined ? { op: -1, error } : { op: -1, error, message }
        expect(decodeFrame(encodeErrorFrame(error, message))).toEqual(expected)
      }),
    )
  })

  it('is two CBOR objects, the header first', () => {
    expect(encodeMessageFrame('#commit', { seq: 1 })).toEqual(new Uint8Array(two({ op: 1, t: '#commit' }, { seq: 1 })))
    expect(encodeErrorFrame('FutureCursor')).toEqual(new Uint8Array(two({ op: -1 }, { error: 'FutureCursor' })))
  })

  it('of an unknown kind is recognised, whatever its body', () => {
    expect(decodeFrame(two({ op: 2, x: 'y' }, [1]))).toEqual({ op: 'unknown', header: { op: 2, x: 'y' } })
    expect(decodeFrame(encodeCbor({ op: 0 }))).toEqual({ op: 'unknown', header: { op: 0 } })
  })

  it('may have fields in its header that came later', () => {
    expect(decodeFrame(two({ op: 1, t: '#x', later: true }, {}))).toEqual({ op: 1, type: '#x', body: {} })
  })

  it.each<[string, Uint8Array]>([
    ['empty', new Uint8Array()],
    ['only a header', encodeCbor({ op: 1, t: '#x' })],
    ['something after the body', Buffer.concat([two({ op: 1, t: '#x' }, {}), Buffer.from([0])])],
    ['a header that is no map', two([1], {})],
    ['a header that is bytes', two(new Uint8Array(2), {})],
    ['a header that is a link', two(cidOfCbor(new Uint8Array()), {})],
    ['a header without op', two({ t: '#x' }, {})],
    ['an op that is no integer', two({ op: '1', t: '#x' }, {})],
    ['a message without a type', two({ op: 1 }, {})],
    ['a message with an empty type', two({ op: 1, t: '' }, {})],
    ['a message with a type that is no text', two({ op: 1, t: 1 }, {})],
    ['a body that is no map', two({ op: 1, t: '#x' }, [])],
    ['a body that is null', two({ op: 1, t: '#x' }, null)],
    ['an error without a name', two({ op: -1 }, { message: 'x' })],
    ['an error with a name that is no text', two({ op: -1 }, { error: 1 })],
    ['an error with a message that is no text', two({ op: -1 }, { error: 'X', message: 1 })],
    [
      'a header with its keys out of order',
      Buffer.concat([Buffer.from('a2626f70016174622378', 'hex'), encodeCbor({})]),
    ],
    ['CBOR of an indefinite length', Buffer.concat([Buffer.from('bf626f70016174622378ff', 'hex'), encodeCbor({})])],
    ['a floating-point op', Buffer.concat([Buffer.from('a1626f70f93c00', 'hex'), encodeCbor({})])],
  ])('is refused with %s', (_, bytes) => {
    expect(() => decodeFrame(bytes)).toThrow(FrameError)
  })

  it('is refused when it is larger than the bound', () => {
    const frame = encodeMessageFrame('#x', { bytes: new Uint8Array(1000) })
    expect(decodeFrame(frame, { maxBytes: frame.length })).toMatchObject({ op: 1 })
    expect(() => decodeFrame(frame, { maxBytes: frame.length - 1 })).toThrow('too large')
    expect(() => decodeFrame(new Uint8Array(5_000_001))).toThrow('too large')
  })

  it('is refused when it holds more values than the bound', () => {
    const frame = (count: number) => encodeMessageFrame('#x', { lists: Array.from({ length: count }, () => []) })
    expect(decodeFrame(frame(99_998))).toMatchObject({ op: 1 })
    expect(() => decodeFrame(frame(99_999))).toThrow('too-many-items')
    expect(() => decodeFrame(frame(99), { maxItems: 100 })).toThrow('too-many-items')
    expect(decodeFrame(frame(98), { maxItems: 100 })).toMatchObject({ op: 1 })
    const lists = Array.from({ length: 100 }, () => [])
    expect(() => decodeFrame(two({ op: 1, t: '#x', lists }, {}))).toThrow('too-many-items')
    expect(() => decodeFrame(two({ op: -1 }, { error: 'X', lists: [...lists, []] }), { maxItems: 100 })).toThrow(
      'too-many-items',
    )
  })

  it('never fails in any other way', () => {
    const valid = encodeMessageFrame('#commit', { seq: 1, blocks: new Uint8Array(20), ops: [{ path: 'a/b' }] })
    const altered = fc
      .array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
      .map((changes) => {
        const bytes = valid.slice()
        for (const [at, byte] of changes) bytes[at] = byte
        return bytes
      })
    fc.assert(
      fc.property(fc.oneof(altered, fc.uint8Array()), (bytes) => {
        try {
          decodeFrame(Uint8Array.from(bytes))
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
