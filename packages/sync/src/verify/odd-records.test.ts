// Records as other servers accept them: verdicts and the consumer skip them, and nothing else.

import { cidOfCbor, type ValueMap } from '@atoll/data-model'
import { type RecordWrite, readRecord } from '@atoll/repo'
import { parseNsid, parseRecordKey } from '@atoll/syntax'
import { longIntegerRecords, oddRecords, settled } from '@atoll/testkit'
import { describe, expect, it } from 'vitest'
import { Account, post, put, testTime } from '../../test/account.ts'
import { follow } from '../../test/consumer.ts'
import { altered, messageOf, numbered } from '../../test/frames.ts'
import type { EventTemplate } from '../build/events.ts'
import type { FirehoseEvent } from '../consumer/firehose-event.ts'
import { MemoryRepoStates } from '../consumer/repo-states.ts'
import { verifyEvent } from './verify-event.ts'

const path = 'com.example.note/odd'

function createOf(bytes: Uint8Array): RecordWrite {
  const place = { collection: parseNsid('com.example.note'), rkey: parseRecordKey('odd') }
  return { action: 'create', ...place, cid: cidOfCbor(bytes), bytes }
}

/** A commit that brings such a record and a sound one, and what was known before it. */
function bringing(bytes: Uint8Array) {
  const account = new Account('alice', [put('create', post(0))])
  const events: EventTemplate[] = [account.event()]
  const state = { rev: account.head.rev, data: account.head.data }
  account.write(createOf(bytes), put('create', post(1)))
  events.push(account.event())
  const verifying = { signingKeyOf: () => account.keyPair.didKey(), now: () => testTime }
  return { account, events, state, verifying, block: { cid: cidOfCbor(bytes), bytes } }
}

const cases = oddRecords.map((record) => [record.what, record] as const)

describe.each(cases)('a record with %s', (_, { bytes, reason }) => {
  it('is named by the verdict, which accepts all the rest', async () => {
    const { account, events, state, verifying, block } = bringing(bytes)
    const { rev, data } = account.head
    const unreadable = [{ path, block, fault: { reason, message: expect.any(String) } }]
    const frame = numbered(events[1]!, 2)
    const verdict = await verifyEvent(messageOf('commit', frame), { state }, verifying)
    expect(verdict).toMatchObject({ outcome: 'accept', warnings: [], state: { rev, data }, unreadable })
    const gap = await verifyEvent(messageOf('commit', frame), { state: { ...state, data } }, verifying)
    expect(gap).toMatchObject({ outcome: 'desynchronized', rule: 'prev-data', unreadable })
    const old = altered(frame, ({ prevData: _, ...body }) => body)
    const lenient = await verifyEvent(messageOf('commit', old), { state }, { ...verifying, lenient: true })
    expect(lenient).toMatchObject({ outcome: 'accept', warnings: [{ rule: 'no-prev-data' }], unreadable })
  })

  it('leaves a consumer synchronized, and is passed on with its fault', async () => {
    const { account, events, verifying, block } = bringing(bytes)
    account.write(put('create', post(2)))
    events.push(account.event())
    const states = new MemoryRepoStates()
    const seen: FirehoseEvent[] = []
    const gaps: unknown[] = []
    const { latest, noticed } = await follow({
      idleTimeoutMs: 1e9,
      verify: { ...verifying, states },
      onEvent: (event) => void seen.push(event),
      onDesynchronized: (event) => void gaps.push(event),
    })
    latest().send(...events.map((event, at) => numbered(event, at + 1)))
    await settled()
    expect([gaps, noticed('discarded')]).toEqual([[], []])
    expect(seen).toMatchObject([
      { verdict: { outcome: 'accept', unreadable: [] } },
      { verdict: { outcome: 'accept', unreadable: [{ path, block, fault: { reason } }] } },
      { verdict: { outcome: 'accept', unreadable: [] } },
    ])
    expect(states.get(account.did)?.state).toEqual({ rev: account.head.rev, data: account.head.data })
  })
})

it.each(longIntegerRecords)('a record with the integer $integer is readable', async ({ bytes, integer }) => {
  const { events, state, verifying, block } = bringing(bytes)
  const verdict = await verifyEvent(messageOf('commit', numbered(events[1]!, 2)), { state }, verifying)
  if (verdict.outcome !== 'accept' || !('blocks' in verdict)) throw new Error(verdict.outcome)
  expect(verdict.unreadable).toEqual([])
  expect(readRecord({ cid: block.cid, bytes: verdict.blocks.get(block.cid)! }).value).toMatchObject({ odd: integer })
})

describe('what the specification asks consumers to ignore', () => {
  const { account, events, state, verifying } = bringing(longIntegerRecords[0]!.bytes)
  const { commit, ops } = { commit: account.head.cid, ops: account.commit.ops }

  it.each<[string, ValueMap]>([
    ['tooBig', { tooBig: true }],
    ['rebase', { rebase: true }],
    ['blobs', { blobs: [commit, ops[0]!.cid!] }],
    ['blobs that are not links', { blobs: Array.from({ length: 20 }, () => 'x') }],
    ['blobs that are not a list', { blobs: null }],
    ['all of them, with other types', { tooBig: 1, rebase: 'no', blobs: {} }],
  ])('is %s: the commit is verified by its substance', async (_, fields) => {
    const frame = altered(numbered(events[1]!, 2), (body) => ({ ...body, ...fields }))
    const verdict = await verifyEvent(messageOf('commit', frame), { state }, verifying)
    expect(verdict).toMatchObject({ outcome: 'accept', warnings: [] })
    const without = altered(frame, ({ ops, ...body }) => ({ ...body, ops: (ops as ValueMap[]).slice(1) }))
    const wrong = await verifyEvent(messageOf('commit', without), { state }, verifying)
    expect(wrong).toMatchObject({ outcome: 'reject', rule: 'inversion' })
  })

  it('is that such a field is missing', async () => {
    const frame = altered(numbered(events[1]!, 2), ({ tooBig: _, rebase: __, blobs: ___, ...body }) => body)
    const verdict = await verifyEvent(messageOf('commit', frame), { state }, verifying)
    expect(verdict).toMatchObject({ outcome: 'accept', warnings: [] })
  })

  it('is nothing else: a field of a wrong type beside them is refused', () => {
    const frame = altered(numbered(events[1]!, 2), (body) => ({ ...body, blobs: null, since: 7 }))
    expect(() => messageOf('commit', frame)).toThrow(/form: \/since/)
  })
})
