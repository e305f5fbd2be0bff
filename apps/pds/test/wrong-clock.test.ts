import { MemoryPdsStorage, MemoryTables } from '@atoll/storage'
import { parseTid, type Tid, tidMicroseconds } from '@atoll/syntax'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { PdsUnderTest, type TestAccount } from './pds-under-test.ts'

const start = Date.UTC(2026, 0, 1)
const minute = 60_000
const day = 24 * 60 * minute

describe('after the machine’s clock was three days ahead', () => {
  let tables: MemoryTables
  let pds: PdsUnderTest
  let alice: TestAccount
  let bob: TestAccount

  /** A server on what the one before stored. */
  const open = async () => {
    pds = await PdsUnderTest.start({}, { ...pds?.adapters, storage: new MemoryPdsStorage({ tables }) })
  }
  const restart = async () => {
    await pds.close()
    await open()
  }
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: start })
    tables = new MemoryTables()
    await open()
    alice = await pds.account('alice')
    bob = await pds.account('bob')
  })
  afterEach(async () => {
    await pds.close()
    vi.useRealTimers()
  })

  const write = async (account: TestAccount, method: string, input: object) => {
    const { body } = await pds.post('com.atproto.server.createSession', {
      identifier: account.handle,
      password: account.password,
    })
    const answer = await pds.post(`com.atproto.repo.${method}`, { repo: account.did, ...input } as never, {
      token: body.accessJwt,
    })
    if (answer.status !== 200) throw new Error(`${method}: ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  const collection = 'com.example.note'
  const rkeyOf = ({ uri }: { uri: string }) => parseTid(uri.split('/').at(-1)!)
  const note = async (account: TestAccount) => {
    const { uri, commit } = await write(account, 'createRecord', { collection, record: {} })
    return { rkey: rkeyOf({ uri }), rev: parseTid(commit.rev) }
  }
  const batch = async (account: TestAccount, count: number) => {
    const value = { $type: 'com.atproto.repo.applyWrites#create', collection, value: {} }
    const { results } = await write(account, 'applyWrites', { writes: Array.from({ length: count }, () => value) })
    return results.map(rkeyOf) as Tid[]
  }
  /** How far a TID is from what the clock says now. */
  const aheadMs = (tid: Tid) => tidMicroseconds(tid) / 1000 - Date.now()
  const isRising = (tids: readonly Tid[]) => tids.every((tid, index) => index === 0 || tids[index - 1]! < tid)

  it.each([
    ['while the server runs', async () => {}],
    ['after a restart', restart],
  ])('an account that did not write meanwhile is back to the true time %s', async (_, between) => {
    const before = await note(bob)
    vi.setSystemTime(start + 3 * day)
    await note(alice)
    vi.setSystemTime(start + minute)
    await between()
    const after = await note(bob)
    expect(Math.abs(aheadMs(after.rkey))).toBeLessThan(1)
    expect(Math.abs(aheadMs(after.rev))).toBeLessThan(1)
    expect(isRising([before.rkey, before.rev, after.rkey, after.rev])).toBe(true)
    const carol = await note(await pds.account('carol'))
    expect(Math.abs(aheadMs(carol.rkey))).toBeLessThan(1)
  })

  it('the keys of an account that did keep rising from its own newest, over restarts, by microseconds', async () => {
    vi.setSystemTime(start + 3 * day)
    const ahead = await note(alice)
    vi.setSystemTime(start + minute)
    const keys = [ahead.rkey, (await note(alice)).rkey, ...(await batch(alice, 50))]
    await restart()
    keys.push((await note(alice)).rkey, ...(await batch(alice, 50)), (await note(alice)).rkey)
    expect(isRising(keys)).toBe(true)
    expect(tidMicroseconds(keys.at(-1)!) - tidMicroseconds(ahead.rkey)).toBeLessThan(1000)
  })

  it('an account that did is back to the true time once that has passed its newest key', async () => {
    vi.setSystemTime(start + 3 * day)
    const ahead = await note(alice)
    vi.setSystemTime(start + 3 * day + minute)
    await restart()
    const after = await note(alice)
    expect(Math.abs(aheadMs(after.rkey))).toBeLessThan(1)
    expect(isRising([ahead.rkey, after.rkey])).toBe(true)
  })
})

describe('keys that the server chooses', () => {
  let pds: PdsUnderTest
  beforeEach(async () => {
    pds = await PdsUnderTest.start()
  })
  afterEach(() => pds.close())

  it('differ and rise for concurrent writes of one account, each below the rev of its commit', async () => {
    const alice = await pds.account('alice')
    const answers = await Promise.all(
      Array.from({ length: 100 }, () =>
        pds.post(
          'com.atproto.repo.createRecord',
          { repo: alice.did, collection: 'com.example.note', record: {} },
          { token: alice.accessJwt },
        ),
      ),
    )
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    const tids = answers
      .map(({ body }) => [body.uri.split('/').at(-1), body.commit.rev])
      .sort(([, rev], [, other]) => (rev < other ? -1 : 1))
      .flat()
    expect(tids).toEqual([...new Set(tids)].sort())
  })
})
