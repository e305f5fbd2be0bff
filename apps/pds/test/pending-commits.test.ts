import { readCar } from '@atoll/car'
import { importKeyPair } from '@atoll/crypto'
import { decodeCommit, verifyProof } from '@atoll/repo'
import { StorageUnavailableError } from '@atoll/storage'
import { parseNsid, parseRecordKey } from '@atoll/syntax'
import { decodeFrame } from '@atoll/xrpc'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, PdsUnderTest, type TestAccount } from './pds-under-test.ts'

const collection = parseNsid('com.example.note')

/** Writes of one account while the storage takes its time, and does not always succeed. */
describe('writes that find others under way', () => {
  let pds: PdsUnderTest
  let alice: TestAccount
  let held: Held
  beforeEach(async () => {
    pds = await PdsUnderTest.start()
    alice = await pds.account('alice')
    held = holdTransactions(pds)
  })
  afterEach(() => pds.close())

  const write = (method: string, input: object) =>
    pds.post(`com.atproto.repo.${method}`, { repo: alice.did, ...input }, { token: alice.accessJwt })
  const post = (rkey: string, text = rkey) =>
    write('createRecord', { collection, rkey, record: { text, createdAt: '2026-01-02T03:04:05.678Z' } })
  const remove = (rkey: string) => write('deleteRecord', { collection, rkey })
  const keys = async () => {
    const { body } = await pds.get('com.atproto.repo.listRecords', { params: { repo: alice.did, collection } })
    return body.records.map(({ uri }: { uri: string }) => uri.split('/').at(-1)).toReversed()
  }
  const events = async () => pds.adapters.storage.events.page({ after: 0, limit: 1000 })

  it('do not wait for them, and get no response before they are durable', async () => {
    const before = (await events()).length
    const answers = ['a', 'b', 'c', 'd'].map((rkey) => post(rkey))
    await held.untilWaiting(4)
    expect(await Promise.race([...answers, Promise.resolve('none')])).toBe('none')
    expect(await keys()).toEqual([])
    held.release()
    const all = await Promise.all(answers)
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const revs = all.map(({ body }) => body.commit.rev)
    expect(revs).toEqual(revs.toSorted())
    expect(await keys()).toEqual(['a', 'b', 'c', 'd'])
    expect((await events()).length).toBe(before + 4)
    await expectSound(pds, alice, 'd')
  })

  it('see what those write and delete', async () => {
    const answers = [post('a'), remove('a'), post('a', 'again'), post('a', 'once too often'), remove('b')]
    await held.untilWaiting(3)
    held.release()
    const all = await Promise.all(answers)
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 400, 200])
    const { body } = await pds.get('com.atproto.repo.getRecord', { params: { repo: alice.did, collection, rkey: 'a' } })
    expect(body.value.text).toBe('again')
    await expectSound(pds, alice, 'a')
  })

  it('are built again when a commit below them fails, and only that one is refused', async () => {
    const before = (await events()).length
    held.fail(1)
    const answers = ['a', 'b', 'c', 'd'].map((rkey) => post(rkey))
    await held.untilWaiting(4)
    held.release()
    const all = await Promise.all(answers)
    expect(all.map(({ status }) => status)).toEqual([200, 503, 200, 200])
    expect((await keys()).toSorted()).toEqual(['a', 'c', 'd'])
    expect((await events()).length).toBe(before + 3)
    await expectSound(pds, alice, 'd')
  })

  it('are not refused for the sake of one that then fails', async () => {
    held.fail(0)
    const answers = [post('a', 'the first'), post('a', 'the second')]
    await held.untilWaiting(1)
    held.release()
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([503, 200])
    const { body } = await pds.get('com.atproto.repo.getRecord', { params: { repo: alice.did, collection, rkey: 'a' } })
    expect(body.value.text).toBe('the second')
  })

  it('let one swap of a commit win', async () => {
    const { body } = await pds.get('com.atproto.sync.getLatestCommit', { params: { did: alice.did } })
    const swaps = ['a', 'b', 'c'].map((rkey) =>
      write('createRecord', { collection, rkey, record: { text: rkey, createdAt: now }, swapCommit: body.cid }),
    )
    await held.untilWaiting(1)
    held.release()
    const names = (await Promise.all(swaps)).map((answer: Answer) => answer.body.error ?? answer.status)
    expect(names).toEqual([200, 'InvalidSwap', 'InvalidSwap'])
  })

  it('replace a like that is under way, as one that is stored', async () => {
    const subject = {
      uri: `at://${alice.did}/${collection}/a`,
      cid: 'bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a',
    }
    const like = () => write('createRecord', { collection: 'app.bsky.feed.like', record: { subject, createdAt: now } })
    const answers = [like(), like(), like()]
    await held.untilWaiting(1)
    held.release()
    const all = await Promise.all(answers)
    const params = { repo: alice.did, collection: 'app.bsky.feed.like' }
    const { body } = await pds.get('com.atproto.repo.listRecords', { params })
    expect(body.records.map(({ uri }: { uri: string }) => uri)).toEqual([all[2]!.body.uri])
  })
})

const now = '2026-01-02T03:04:05.678Z'

interface Held {
  /** Resolves when so many transactions wait. */
  untilWaiting(count: number): Promise<void>
  /** Makes the n-th transaction from now fail. */
  fail(index: number): void
  /** Lets those that wait go, in order, and all later ones. */
  release(): void
}

/** From now on transactions wait, as they do for a slow disk. */
function holdTransactions({ adapters: { storage } }: PdsUnderTest): Held {
  const transact = storage.transact.bind(storage)
  const failing = new Set<number>()
  let count = 0
  let release!: () => void
  let changed = () => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  storage.transact = async (did, work) => {
    const index = count++
    changed()
    await released
    if (failing.has(index)) throw new StorageUnavailableError('io')
    return transact(did, work)
  }
  return {
    async untilWaiting(wanted) {
      while (count < wanted) await new Promise<void>((resolve) => (changed = resolve))
      // Any write that could still be built on these has had the turns to do so.
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
      expect(count).toBe(wanted)
    },
    fail: (index) => void failing.add(index),
    release,
  }
}

/** The newest commit proves the record, and the events of all commits hang together. */
async function expectSound(pds: PdsUnderTest, { did }: TestAccount, rkey: string): Promise<void> {
  const response = await pds.fetch(`/xrpc/com.atproto.sync.getRecord?${new URLSearchParams({ did, collection, rkey })}`)
  const { curve, privateKey } = (await pds.adapters.storage.keys.signingKey(did))!
  const place = { did, key: importKeyPair(curve, privateKey).publicKey, collection, rkey: parseRecordKey(rkey) }
  const { cid } = verifyProof(new Uint8Array(await response.arrayBuffer()), place)
  expect(cid).not.toBeNull()

  let last: { rev: unknown; data: unknown } | undefined
  for (const { frame } of await pds.adapters.storage.events.page({ after: 0, limit: 1000 })) {
    const decoded = decodeFrame(frame)
    if (decoded.op !== 1 || decoded.type !== '#commit') continue
    // What we send is known to have this shape.
    const { rev, since, prevData, blocks } = decoded.body as { [key: string]: unknown; blocks: Uint8Array }
    if (last) expect({ since, prevData }).toEqual({ since: last.rev, prevData: last.data })
    const { roots, blocks: held } = readCar(blocks)
    const commit = [...held].find(({ cid }) => cid.equals(roots[0]!))!
    last = { rev, data: decodeCommit(commit.bytes).data }
  }
}
