import { encodeMessageFrame } from '@atoll/xrpc'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Account, post, put, testDatetime } from '../../test/account.ts'
import { altered, bodyOf, numbered } from '../../test/frames.ts'
import { decodeMessage } from '../decode/decode-message.ts'
import { accountEvent, type EventTemplate, identityEvent, syncEvent, templateOf } from './events.ts'

const account = new Account('alice', [put('create', post(0))])
const { did, head, commit } = account
const events: EventTemplate[] = [
  account.event(),
  syncEvent(did, head.rev, commit.commit, testDatetime),
  identityEvent(did, undefined, testDatetime),
  accountEvent(did, 'takendown', testDatetime),
]

// Around every length that an encoded number can have.
const edges = [23, 255, 65_535, 4_294_967_295, Number.MAX_SAFE_INTEGER - 1].flatMap((edge) => [edge, edge + 1])

describe('the frame of an event', () => {
  it('with the number in place equals the frame encoded as a whole', () => {
    const seqs = fc.oneof(fc.constantFrom(...edges), fc.nat(), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }))
    fc.assert(
      fc.property(fc.constantFrom(...events), seqs, (event, seq) => {
        const { type, body } = bodyOf(numbered(event, 0))
        expect(numbered(event, seq)).toEqual(Buffer.from(encodeMessageFrame(type, { ...body, seq })))
      }),
    )
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
