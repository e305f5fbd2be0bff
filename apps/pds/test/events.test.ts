import { readCar } from '@atoll/car'
import type { ValueMap } from '@atoll/data-model'
import { decodeFrame } from '@atoll/xrpc'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PdsUnderTest } from './pds-under-test.ts'

let pds: PdsUnderTest
beforeEach(async () => {
  pds = await PdsUnderTest.start()
})
afterEach(() => pds.close())

/** Everything on the firehose after a cursor. */
async function eventsAfter(cursor: number): Promise<{ type: string; body: ValueMap }[]> {
  const events = await pds.adapters.storage.events.page({ after: cursor, limit: 100 })
  return events.map(({ frame }) => {
    const decoded = decodeFrame(frame)
    if (decoded.op !== 1) throw new Error('an error frame')
    return { type: decoded.type, body: decoded.body }
  })
}

describe('the firehose', () => {
  it('tells of a new account: identity with its handle, account, commit, and a sync that holds the commit block alone', async () => {
    const { did } = await pds.account('alice')
    const [identity, account, commit, sync, ...rest] = await eventsAfter(0)
    const head = (await pds.adapters.storage.repos.head(did))!
    expect(rest).toEqual([])
    expect(identity).toMatchObject({ type: '#identity', body: { did, handle: 'alice.test' } })
    expect(account).toMatchObject({ type: '#account', body: { did, active: true } })
    expect(account?.body).not.toHaveProperty('status')
    expect(commit).toMatchObject({
      type: '#commit',
      body: { repo: did, rev: head.rev, since: null, ops: [], blobs: [] },
    })
    expect(sync).toMatchObject({ type: '#sync', body: { did, rev: head.rev } })
    const car = readCar(sync?.body['blocks'] as Uint8Array)
    expect([car.roots, car.blocks.map(({ cid }) => cid)].map(String)).toEqual([String(head.cid), String(head.cid)])
  })

  it('tells of a new handle, and again when the same is asked for once more', async () => {
    const { did, accessJwt: token } = await pds.account('alice')
    const before = await pds.adapters.storage.events.last()
    for (const handle of ['alicia.test', 'ALICIA.test']) {
      await pds.post('com.atproto.identity.updateHandle', { handle }, { token })
    }
    const told = await eventsAfter(before)
    expect(told.map(({ type, body }) => [type, body['did'], body['handle']])).toEqual([
      ['#identity', did, 'alicia.test'],
      ['#identity', did, 'alicia.test'],
    ])
  })

  it('chains commits by rev and tree', async () => {
    const alice = await pds.account('alice')
    const heads = [(await pds.adapters.storage.repos.head(alice.did))!]
    const before = await pds.adapters.storage.events.last()
    for (const text of ['one', 'two', 'three']) {
      await pds.postOf(alice, text)
      heads.push((await pds.adapters.storage.repos.head(alice.did))!)
    }
    const commits = await eventsAfter(before)
    expect(commits.map(({ body }) => [body['since'], String(body['prevData']), body['rev']])).toEqual(
      heads.slice(1).map(({ rev }, index) => [heads[index]!.rev, String(heads[index]!.data), rev]),
    )
  })
})
