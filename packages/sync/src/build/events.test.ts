import { readCar } from '@atoll/car'
import { type Block, BlockMap, blockOf, type ValueMap } from '@atoll/data-model'
import { subscribeRepos } from '@atoll/lexicons/com.atproto.sync'
import { createRepo } from '@atoll/repo'
import { parseHandle } from '@atoll/syntax'
import { describe, expect, it } from 'vitest'
import { Account, post, put, remove, testDatetime } from '../../test/account.ts'
import { bodyOf, numbered } from '../../test/frames.ts'
import { EventTooLargeError } from '../errors.ts'
import { accountEvent, commitEvent, type EventTemplate, identityEvent, syncEvent } from './events.ts'

const account = new Account('alice', [put('create', post(0)), put('create', post(1))])
const first = account.event()
const before = account.head
account.write(put('create', post(2)), put('update', post(0), { text: 'new' }), remove(post(1)))
const { did, commit } = account

/** The body of an event that its lexicon takes, `$type` aside. */
function validBody(event: EventTemplate): ValueMap {
  const { type, body } = bodyOf(numbered(event, 42))
  expect(type).toBe(`#${event.kind}`)
  const result = subscribeRepos.validateMessage({ ...body, $type: subscribeRepos.messageType(type) })
  expect(result.ok ? [] : result.issues).toEqual([])
  expect(body['seq']).toBe(42)
  expect(body['time']).toBe(testDatetime)
  return body
}

describe('commitEvent', () => {
  it('says what a commit changed, and from where', () => {
    const { head } = account
    const event = account.event()
    expect(event).toMatchObject({ did, kind: 'commit', time: testDatetime })
    const { ops, blocks: _, ...others } = validBody(event)
    expect(others).toEqual({
      seq: 42,
      repo: did,
      rev: head.rev,
      since: before.rev,
      commit: head.cid,
      prevData: before.data,
      blobs: [],
      rebase: false,
      tooBig: false,
      time: testDatetime,
    })
    expect(ops).toEqual([
      { action: 'create', path: post(2), cid: commit.ops[0]?.cid },
      { action: 'update', path: post(0), cid: commit.ops[1]?.cid, prev: commit.ops[1]?.prev },
      { action: 'delete', path: post(1), cid: null, prev: commit.ops[2]?.prev },
    ])
  })

  it('carries the slice with the commit as the first block and the only root', () => {
    const { roots, blocks } = readCar(validBody(account.event())['blocks'] as Uint8Array)
    expect(roots.map(String)).toEqual([String(account.head.cid)])
    expect(blocks.map(({ cid }) => String(cid))).toEqual([...commit.slice.cids()].map(String))
    expect(String(blocks[0]?.cid)).toBe(String(account.head.cid))
  })

  it('has no prevData and a since of null for the first commit', () => {
    const body = validBody(first)
    expect(body['since']).toBeNull()
    expect(body).not.toHaveProperty('prevData')
  })

  it('takes 200 operations and refuses more', () => {
    const writes = Array.from({ length: 200 }, (_, count) => put('create', post(count)))
    const full = createRepo({ did, writes, sign: account.keyPair, rev: account.nextRev() })
    expect(validBody(commitEvent(full, testDatetime))['ops']).toHaveLength(200)
    const tooMany = { ...full, ops: [...full.ops, full.ops[0]!] }
    expect(() => commitEvent(tooMany, testDatetime)).toThrow(new EventTooLargeError('commit', 'operations', 201, 200))
  })

  it('takes blocks of 2,000,000 bytes and refuses more', () => {
    const full = filledUpTo(2_000_000)
    expect(validBody(commitEvent({ ...commit, slice: full }, testDatetime))['blocks']).toHaveLength(2_000_000)
    const larger = { ...commit, slice: filledUpTo(2_000_001) }
    expect(() => commitEvent(larger, testDatetime)).toThrow(
      new EventTooLargeError('commit', 'bytes of blocks', 2_000_001, 2_000_000),
    )
  })

  function filledUpTo(size: number): BlockMap {
    const length = (bytes: number) => carLength(new BlockMap([...commit.slice, blockOf(new Uint8Array(bytes))]))
    const padding = 1_900_000
    return new BlockMap([...commit.slice, blockOf(new Uint8Array(padding + size - length(padding)))])
  }

  function carLength(slice: BlockMap): number {
    return (validBody(commitEvent({ ...commit, slice }, testDatetime))['blocks'] as Uint8Array).length
  }
})

describe('syncEvent', () => {
  it('holds the commit block and nothing else', () => {
    const body = validBody(syncEvent(did, account.head.rev, commit.commit, testDatetime))
    expect(Object.keys(body).sort()).toEqual(['blocks', 'did', 'rev', 'seq', 'time'])
    expect(body).toMatchObject({ did, rev: account.head.rev })
    const { roots, blocks } = readCar(body['blocks'] as Uint8Array)
    expect(roots.map(String)).toEqual([String(account.head.cid)])
    expect(blocks.map(({ cid }) => String(cid))).toEqual([String(account.head.cid)])
  })

  it('refuses a commit block that no consumer would take', () => {
    const large: Block = blockOf(new Uint8Array(10_000))
    expect(() => syncEvent(did, account.head.rev, large, testDatetime)).toThrow(EventTooLargeError)
  })
})

describe('identityEvent', () => {
  it('names the handle where there is one', () => {
    const handle = parseHandle('alice.test')
    expect(validBody(identityEvent(did, handle, testDatetime))).toEqual({ seq: 42, did, handle, time: testDatetime })
    expect(validBody(identityEvent(did, undefined, testDatetime))).toEqual({ seq: 42, did, time: testDatetime })
  })
})

describe('accountEvent', () => {
  it('is active without a status', () => {
    expect(validBody(accountEvent(did, undefined, testDatetime))).toEqual({
      seq: 42,
      did,
      active: true,
      time: testDatetime,
    })
  })

  it('is not active with each of the statuses that the lexicon knows', () => {
    const statuses = ['takendown', 'suspended', 'deleted', 'deactivated', 'desynchronized', 'throttled'] as const
    for (const status of statuses) {
      const expected = { seq: 42, did, active: false, status, time: testDatetime }
      expect(validBody(accountEvent(did, status, testDatetime))).toEqual(expected)
    }
  })
})
