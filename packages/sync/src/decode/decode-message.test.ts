import { encodeCbor, type ValueMap } from '@atoll/data-model'
import { parseHandle } from '@atoll/syntax'
import { encodeErrorFrame, encodeMessageFrame } from '@atoll/xrpc'
import { describe, expect, it } from 'vitest'
import { Account, testDatetime } from '../../test/account.ts'
import { altered, bodyOf, messageOf, numbered } from '../../test/frames.ts'
import { accountEvent, type EventTemplate, identityEvent, syncEvent } from '../build/events.ts'
import { decodeMessage } from './decode-message.ts'

const account = new Account('alice')
const { did, head, commit } = account
const time = testDatetime
const common = { seq: 5, did, time }

/** What a frame says, when nothing is wrong with it. */
function decoded(frame: Uint8Array) {
  const result = decodeMessage(frame)
  return result.ok ? result.message : result.violation
}

describe('decodeMessage', () => {
  const events: EventTemplate[] = [
    account.event(),
    syncEvent(did, head.rev, commit.commit, time),
    identityEvent(did, parseHandle('alice.test'), time),
    accountEvent(did, 'suspended', time),
  ]

  it.each(events)('reads a #$kind, its body as it was sent', (event) => {
    const frame = numbered(event, 5)
    expect(decoded(frame)).toEqual({ kind: event.kind, ...common, body: bodyOf(frame).body })
  })

  it('reads a type that is written in full', () => {
    const { body } = bodyOf(numbered(events[3]!, 5))
    const frame = encodeMessageFrame('com.atproto.sync.subscribeRepos#account', body)
    expect(decoded(frame)).toEqual({ kind: 'account', ...common, body })
  })

  it('keeps fields that came after this lexicon', () => {
    const frame = altered(numbered(events[3]!, 5), (body) => ({ ...body, reason: 'unpaid' }))
    expect(messageOf('account', frame).body).toHaveProperty('reason', 'unpaid')
  })

  it('leaves out fields that this lexicon does not know once they hold more than 64 values, in operations too', () => {
    const lists = (count: number) => Array.from({ length: count }, () => [])
    const sent = numbered(account.event(), 5)
    const ops = bodyOf(sent).body['ops'] as ValueMap[]
    const withNotes = ops.map((op) => ({ ...op, note: 'x' }))
    const frame = altered(sent, (body) => ({
      ...body,
      few: lists(10),
      many: { of: lists(1000) },
      ops: withNotes.map((op) => ({ ...op, lists: lists(60) })),
    }))
    expect(messageOf('commit', frame).body).toEqual({ ...bodyOf(sent).body, few: lists(10), ops: withNotes })
    const identity = altered(numbered(events[2]!, 5), (body) => ({ ...body, lists: lists(64) }))
    expect(messageOf('identity', identity).body).not.toHaveProperty('lists')
  })

  it('takes a prevData of null for none, as some servers send it with a first commit', () => {
    const sent = numbered(account.event(), 5)
    const frame = altered(sent, (body) => ({ ...body, prevData: null }))
    expect(decoded(frame)).toEqual(decoded(sent))
    expect(messageOf('commit', frame).body).not.toHaveProperty('prevData')
  })

  it('refuses a message of more values than any honest one has', () => {
    const frame = (count: number) =>
      altered(numbered(events[3]!, 5), (body) => ({ ...body, lists: Array.from({ length: count }, () => []) }))
    expect(decoded(frame(9000))).toMatchObject({ kind: 'account' })
    expect(decoded(frame(10_000))).toMatchObject({ rule: 'frame' })
  })

  it.each([
    ['handle', { handle: 'alice.test' }],
    ['migrate', { migrateTo: 'https://new.test' }],
    ['migrate', { migrateTo: null }],
    ['tombstone', {}],
  ] as [string, ValueMap][])('reads the legacy #%s', (kind, fields) => {
    const body = { ...common, ...fields }
    expect(decoded(encodeMessageFrame(`#${kind}`, body))).toEqual({ kind, ...common, body })
  })

  it.each([
    ['handle', { handle: 'alice' }, 'handle'],
    ['migrate', { migrateTo: 1 }, 'migrateTo'],
    ['tombstone', { did: 'alice' }, 'did'],
    ['tombstone', { time: '' }, 'time'],
    ['tombstone', { seq: '5' }, 'seq'],
  ] as [string, ValueMap, string][])('refuses a legacy #%s with %o', (kind, fields, field) => {
    const frame = encodeMessageFrame(`#${kind}`, { ...common, handle: 'alice.test', migrateTo: null, ...fields })
    expect(decoded(frame)).toEqual({ rule: 'form', reason: `#${kind} with a wrong ${field}` })
  })

  it('reads the notes of the stream about itself', () => {
    const info = encodeMessageFrame('#info', { name: 'OutdatedCursor', message: 'too late' })
    expect(decoded(info)).toEqual({ kind: 'info', body: { name: 'OutdatedCursor', message: 'too late' } })
    expect(decoded(encodeErrorFrame('FutureCursor', 'no such event'))).toEqual({
      kind: 'error',
      error: 'FutureCursor',
      message: 'no such event',
    })
    expect(decoded(encodeErrorFrame('ConsumerTooSlow'))).toEqual({ kind: 'error', error: 'ConsumerTooSlow' })
  })

  it('passes over operations and types that it does not know', () => {
    const operation = Buffer.concat([encodeCbor({ op: 2 }), encodeCbor({})])
    expect(decoded(operation)).toEqual({ kind: 'unknown', type: undefined })
    const type = 'com.atproto.sync.subscribeRepos#new'
    expect(decoded(encodeMessageFrame('#new', { seq: 9 }))).toEqual({ kind: 'unknown', type })
    expect(decoded(encodeMessageFrame('com.example.x#y', {}))).toEqual({ kind: 'unknown', type: 'com.example.x#y' })
  })

  it('tells the number of a message that it refuses', () => {
    const frame = altered(numbered(events[0]!, 5), ({ repo: _, ...body }) => body)
    expect(decodeMessage(frame)).toMatchObject({ ok: false, violation: { rule: 'form' }, seq: 5 })
  })

  it('takes an invalid time only when told to be lenient', () => {
    const frame = altered(numbered(events[3]!, 5), (body) => ({ ...body, time: '6 May' }))
    expect(decodeMessage(frame)).toMatchObject({ ok: false, violation: { rule: 'time' } })
    const lenient = decodeMessage(frame, { lenient: true })
    expect(lenient).toMatchObject({ ok: true, message: { kind: 'account', seq: 5 }, warnings: [{ rule: 'time' }] })
    const worse = altered(frame, (body) => ({ ...body, active: 'yes' }))
    expect(decodeMessage(worse, { lenient: true })).toMatchObject({ ok: false, violation: { rule: 'form' } })
  })
})
