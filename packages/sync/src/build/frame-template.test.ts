import type { ValueMap } from '@atoll/data-model'
import { decodeFrame, encodeMessageFrame } from '@atoll/xrpc'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Account, post, put, testDatetime } from '../../test/account.ts'
import { altered, bodyOf, numbered } from '../../test/frames.ts'
import { decodeMessage } from '../decode/decode-message.ts'
import { accountEvent, identityEvent, type NewEvent, syncEvent } from './events.ts'
import { frameTemplate, templateOf } from './frame-template.ts'

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
    const bodies = fc.dictionary(keys, fc.nat(), { maxKeys: 40, noNullPrototype: true })
    fc.assert(
      fc.property(bodies, fc.nat(), (body: ValueMap, seq) => {
        const frame = numbered({ frame: frameTemplate('#x', body) }, seq)
        expect(decodeFrame(frame)).toEqual({ op: 1, type: '#x', body: { ...body, seq } })
      }),
    )
  })

  it('has room for any number of fields', () => {
    for (const count of [22, 23, 24, 254, 255, 256, 300]) {
      const body = Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, index]))
      const frame = numbered({ frame: frameTemplate('#x', body) }, 7)
      expect(frame).toEqual(Buffer.from(encodeMessageFrame('#x', { ...body, seq: 7 })))
    }
  })
})

describe('templateOf', () => {
  it('gives a message that was received another number, and changes nothing else', () => {
    for (const event of events) {
      const sent = altered(numbered(event, 12_345), (body) => ({ ...body, added: 'later', seqs: [1] }))
      const decoded = decodeMessage(sent)
      if (!decoded.ok || !('seq' in decoded.message)) throw new Error('not an event')
      expect(numbered({ frame: templateOf(decoded.message) }, 12_345)).toEqual(Buffer.from(sent))
      const renumbered = numbered({ frame: templateOf(decoded.message) }, 3)
      expect(bodyOf(renumbered).body).toEqual({ ...bodyOf(sent).body, seq: 3 })
    }
  })
})
