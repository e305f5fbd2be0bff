// Frames beside those of @atproto/xrpc-server, which the network's relays and servers speak.
import { encodeCbor, type Value, type ValueMap } from '@atoll/data-model'
import * as reference from '@atproto/xrpc-server'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameError } from '../errors.ts'
import { decodeFrame, encodeErrorFrame, encodeMessageFrame } from './frames.ts'

const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.string({ unit: 'grapheme' }),
  fc.uint8Array({ maxLength: 40 }),
)
const { body } = fc.letrec<{ value: Value; body: ValueMap }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, scalar, fc.array(tie('value'), { maxLength: 4 }), tie('body')),
  body: fc.dictionary(fc.string({ maxLength: 8 }), tie('value'), { maxKeys: 5, noNullPrototype: true }),
}))
const type = fc.stringMatching(/^#[a-z]{1,12}$/)

function verdictOf(work: () => unknown): 'taken' | 'refused' {
  try {
    work()
    return 'taken'
  } catch {
    return 'refused'
  }
}

const bytesOf = (...values: Value[]) => Uint8Array.from(values.flatMap((value) => [...encodeCbor(value)]))

describe('frames of @atproto/xrpc-server', () => {
  it('with messages are the same bytes, and are read alike', () => {
    fc.assert(
      fc.property(type, body, (t, message) => {
        const ours = encodeMessageFrame(t, message)
        const theirs = new reference.MessageFrame(message as never, { type: t }).toBytes()
        expect(Buffer.from(ours).equals(theirs)).toBe(true)
        expect(decodeFrame(theirs)).toEqual({ op: 1, type: t, body: message })
        const read = reference.Frame.fromBytes(ours) as reference.MessageFrame<never>
        expect([read.isMessage(), read.type, read.body]).toEqual([true, t, message])
      }),
      { numRuns: 200 },
    )
  })

  it('with errors are the same bytes, and are read alike', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[A-Za-z]{1,20}$/),
        fc.option(fc.string(), { nil: undefined }),
        (error, message) => {
          const ours = encodeErrorFrame(error, message)
          const theirs = new reference.ErrorFrame({ error, ...(message === undefined ? {} : { message }) }).toBytes()
          expect(Buffer.from(ours).equals(theirs)).toBe(true)
          expect(decodeFrame(theirs)).toMatchObject({ op: -1, error })
          expect(reference.Frame.fromBytes(ours)).toMatchObject({ code: error })
        },
      ),
    )
  })

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['a header alone', bytesOf({ op: 1, t: '#a' })],
    ['three values', bytesOf({ op: 1, t: '#a' }, {}, {})],
    ['a header that is a list', bytesOf([1], {})],
    ['an op in text', bytesOf({ op: '1', t: '#a' }, {})],
    ['a type that is a number', bytesOf({ op: 1, t: 1 }, {})],
    ['an error without a name', bytesOf({ op: -1 }, { message: 'a' })],
    ['an error whose name is a number', bytesOf({ op: -1 }, { error: 1 })],
    ['half a value', bytesOf({ op: 1, t: '#a' }, { a: 'bcd' }).subarray(0, -1)],
  ])('are refused by both when they are %s', (_, bytes) => {
    expect(() => decodeFrame(bytes)).toThrow(FrameError)
    expect(verdictOf(() => reference.Frame.fromBytes(bytes))).toBe('refused')
  })
})

// Decided by https://atproto.com/specs/event-stream
describe('a known disagreement', () => {
  it.each<[string, Uint8Array, string, string]>([
    [
      'a kind of frame that is not known yet: to be passed over, not an error',
      bytesOf({ op: 2 }, {}),
      'taken',
      'refused',
    ],
    ['a message without a type: every message has one', bytesOf({ op: 1 }, {}), 'refused', 'taken'],
    ['a body that is no map', bytesOf({ op: 1, t: '#a' }, []), 'refused', 'taken'],
    [
      'a body of DAG-CBOR out of order',
      Uint8Array.from([...encodeCbor({ op: 1, t: '#a' }), 0xa2, 0x61, 0x62, 1, 0x61, 0x61, 1]),
      'refused',
      'taken',
    ],
  ])('is %s', (_, bytes, ours, theirs) => {
    expect(verdictOf(() => decodeFrame(bytes))).toBe(ours)
    expect(verdictOf(() => reference.Frame.fromBytes(bytes))).toBe(theirs)
  })
})
