import type { ValueMap } from '@atoll/data-model'
import { decodeFrame, encodeMessageFrame } from '@atoll/xrpc'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Account, post, put, testDatetime } from '../test/account.ts'
import { bodyOf, numbered } from '../test/frames.ts'
import { accountEvent, identityEvent, type NewEvent, syncEvent } from './events.ts'
import { frameTemplate } from './frame-template.ts'

const account = new Account('alice', [put('create', post(0))])
const { did, head, commit } = account
const events: NewEvent[] = [
  account.event(),
  syncEvent(did, head.rev, commit.commit, testDatetime),
  identityEvent(did, undefined, testDatetime),
  accountEvent(did, 'takendown', testDatetime),
]

// Around every length that an encoded number can have.
const edges = [23, 255, 65_535, 4_294_967_295, Number.MAX_SAFE_INTEGER - 1].flatMap((edge) => [edge, edge + 1])

describe('frameTemplate', () => {
  it('with the number in place equals the frame encoded as a whole', () => {
    const seqs = fc.oneof(fc.constantFrom(...edges), fc.nat(), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }))
    fc.assert(
      fc.property(fc.constantFrom(...events), seqs, (event, seq) => {
        const { type, body } = bodyOf(numbered(event, 0))
        expect(numbered(event, seq)).toEqual(Buffer.from(encodeMessageFrame(type, { ...body, seq })))
      }),
    )
  })

  it('has its place in the order of the keys, whatever they are', () => {
    const keys = fc.string({ minLength: 1, maxLength: 6 }).filter((key) => key !== 'seq' && key !== '__proto__')
    const bodies = fc.dictionary(keys, fc.nat(), { maxKeys: 22, noNullPrototype: true })
    fc.assert(
      fc.property(bodies, fc.nat(), (body: ValueMap, seq) => {
        const frame = numbered({ frame: frameTemplate('#x', body) }, seq)
        expect(decodeFrame(frame)).toEqual({ op: 1, type: '#x', body: { ...body, seq } })
      }),
    )
  })

  it('refuses more fields than its header can count', () => {
    const body = Object.fromEntries(Array.from({ length: 23 }, (_, count) => [`k${count}`, count]))
    expect(() => frameTemplate('#x', body)).toThrow('24 fields')
  })
})
