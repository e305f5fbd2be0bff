import { readCar } from '@atoll/car'
import type { ValueMap } from '@atoll/data-model'
import { Mst } from '@atoll/repo'
import { parseNsid } from '@atoll/syntax'
import { decodeFrame } from '@atoll/xrpc'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { filesOfAMoment } from './files-of-a-moment.ts'
import { type Answer, PdsUnderTest, type TestAccount } from './pds-under-test.ts'

let pds: PdsUnderTest
let alice: TestAccount
let bob: TestAccount
beforeEach(async () => {
  pds = await PdsUnderTest.start()
  alice = await pds.account('alice')
  bob = await pds.account('bob')
})
afterEach(() => pds.close())

const createdAt = '2026-01-02T03:04:05.678Z'
const post = {
  uri: 'at://did:web:b.test/app.bsky.feed.post/one',
  cid: 'bafyreigq4zsipbk5w3uqkbmh2w2633c5tcwudryn2q7dv3wcwwmfpwsxpe',
}
const call = (method: string, input: object) =>
  pds.post(`com.atproto.repo.${method}`, { repo: alice.did, ...input } as never, { token: alice.accessJwt })
const create = (collection: string, record: object, more: object = {}) =>
  call('createRecord', { collection, record: { createdAt, ...record }, ...more })
const keyOf = ({ body }: Answer) => String(body.uri).split('/').at(-1)
const keys = async (collection: string) => {
  const { body } = await pds.get('com.atproto.repo.listRecords', {
    params: { repo: alice.did, collection, reverse: true },
  })
  return body.records.map(({ uri }: { uri: string }) => uri.split('/').at(-1))
}
const like = 'app.bsky.feed.like'
const follow = 'app.bsky.graph.follow'

/** The newest event: the actions of its commit, and how many blocks it carries. */
async function lastCommit(): Promise<{ ops: string[]; rev: unknown }> {
  const last = await pds.adapters.storage.events.last()
  const [event] = await pds.adapters.storage.events.page({ after: last - 1, limit: 1 })
  const frame = decodeFrame(event!.frame)
  if (frame.op !== 1) throw new Error('an error frame')
  const { ops, rev, blocks } = frame.body as {
    ops: { action: string; path: string }[]
    rev: string
    blocks: Uint8Array
  }
  expect(readCar(blocks).blocks.length).toBeGreaterThan(0)
  return { ops: ops.map(({ action, path }) => `${action} ${path}`).sort(), rev }
}

describe('a duplicate', () => {
  it.each<[string, ValueMap, ValueMap]>([
    [like, { subject: post }, { subject: { ...post, uri: `${post.uri}2` } }],
    ['app.bsky.feed.repost', { subject: post }, { subject: { ...post, uri: `${post.uri}2` } }],
    [follow, { subject: 'did:web:b.test' }, { subject: 'did:web:c.test' }],
    ['app.bsky.graph.block', { subject: 'did:web:b.test' }, { subject: 'did:web:c.test' }],
  ])('%s deletes the older one in the same commit, and leaves others', async (collection, record, another) => {
    const first = keyOf(await create(collection, record))
    const other = keyOf(await create(collection, another))
    const second = await create(collection, { ...record, createdAt: '2026-02-02T03:04:05.678Z' })
    expect(second.status).toBe(200)
    expect(await keys(collection)).toEqual([other, keyOf(second)])
    expect(await lastCommit()).toEqual({
      ops: [`create ${collection}/${keyOf(second)}`, `delete ${collection}/${first}`],
      rev: second.body.commit.rev,
    })
  })

  it('of another account or of another kind deletes nothing', async () => {
    await create(like, { subject: post })
    await create('app.bsky.feed.repost', { subject: post })
    await pds.post(
      'com.atproto.repo.createRecord',
      { repo: bob.did, collection: like, record: { subject: post, createdAt } },
      { token: bob.accessJwt },
    )
    expect(await keys(like)).toHaveLength(1)
    expect(await keys('app.bsky.feed.repost')).toHaveLength(1)
  })

  it('made by putRecord deletes the older one; an update of the only one deletes nothing', async () => {
    const first = keyOf(await create(follow, { subject: 'did:web:b.test' }))
    const put = (rkey: string, record: object, more: object = {}) =>
      call('putRecord', { collection: follow, rkey, record: { createdAt, ...record }, ...more })
    await put(first!, { subject: 'did:web:b.test', createdAt: '2026-02-02T03:04:05.678Z' })
    expect(await keys(follow)).toEqual([first])
    expect((await lastCommit()).ops).toEqual([`update ${follow}/${first}`])
    await put('3kaaaaaaaaaaa', { subject: 'did:web:b.test' }, { swapRecord: null })
    expect(await keys(follow)).toEqual(['3kaaaaaaaaaaa'])
  })

  it('made by applyWrites deletes the older one, unless the batch itself does something with that', async () => {
    const write = (kind: string, input: object) => ({
      $type: `com.atproto.repo.applyWrites#${kind}`,
      collection: follow,
      ...input,
    })
    const [b, c, d] = await Promise.all(
      ['b', 'c', 'd'].map(async (name) => keyOf(await create(follow, { subject: `did:web:${name}.test` }))),
    )
    const value = (name: string) => ({ subject: `did:web:${name}.test`, createdAt })
    const { status, body } = await call('applyWrites', {
      writes: [
        write('create', { rkey: '3kbbbbbbbbbbb', value: value('b') }),
        write('create', { rkey: '3kccccccccccc', value: value('c') }),
        write('delete', { rkey: c }),
        write('create', { rkey: '3kddddddddddd', value: value('d') }),
        write('update', { rkey: d, value: value('e') }),
      ],
    })
    expect(status).toBe(200)
    expect(body.results).toHaveLength(5)
    expect((await keys(follow)).sort()).toEqual(['3kbbbbbbbbbbb', '3kccccccccccc', '3kddddddddddd', d].sort())
    expect((await lastCommit()).ops).toContain(`delete ${follow}/${b}`)
  })

  it('is made room for in the bound of one commit', async () => {
    const batch = () =>
      call('applyWrites', {
        writes: Array.from({ length: 101 }, (_, n) => ({
          $type: 'com.atproto.repo.applyWrites#create',
          collection: follow,
          value: { subject: `did:web:n${n}.test`, createdAt },
        })),
      })
    expect((await batch()).status).toBe(200)
    const refused = await batch()
    expect({ status: refused.status, error: refused.body.error }).toEqual({ status: 400, error: 'InvalidRequest' })
    expect(refused.body.message).toMatch(/^Too many writes. Max: 200/)
  })

  it('is no longer one when the older was deleted or points elsewhere', async () => {
    const first = keyOf(await create(follow, { subject: 'did:web:b.test' }))
    await call('putRecord', { collection: follow, rkey: first, record: { subject: 'did:web:c.test', createdAt } })
    const second = keyOf(await create(follow, { subject: 'did:web:b.test' }))
    expect(await keys(follow)).toEqual([first, second])
    await call('deleteRecord', { collection: follow, rkey: second })
    await create(follow, { subject: 'did:web:b.test' })
    expect((await lastCommit()).ops).toHaveLength(1)
  })

  it('replaces nothing when a swap does not fit, or when it is not to be looked at', async () => {
    const first = keyOf(await create(like, { subject: post }))
    const refused = await create(like, { subject: post }, { swapCommit: post.cid })
    expect(refused.body.error).toBe('InvalidSwap')
    expect(await keys(like)).toEqual([first])
    const unchecked = keyOf(await create(like, { subject: post }, { validate: false }))
    expect(await keys(like)).toEqual([first, unchecked])
    const third = keyOf(await create(like, { subject: post }))
    expect(await keys(like)).toEqual([third])
  })

  it('is looked for only where a record points at something', async () => {
    const asked: string[] = []
    const { records } = pds.adapters.storage
    const bySubject = records.bySubject.bind(records)
    records.bySubject = (did, collection, link) => {
      asked.push(collection)
      return bySubject(did, collection, link)
    }
    await pds.postOf(alice, 'hello')
    expect(asked).toEqual([])
    await create(like, { subject: post })
    expect(asked).toEqual([like])
  })

  it('of ten racing likes, leaves one', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(like, { subject: post })))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(await keys(like)).toHaveLength(1)
  })
})

describe('writes of every kind at once', () => {
  it('leave one like for each post, and an index that agrees with the tree', async () => {
    const files = await filesOfAMoment()
    const server = await PdsUnderTest.start({}, files.adapters)
    const { did, accessJwt: token } = await server.account('alice')
    const write = (method: string, input: object) =>
      server.post(`com.atproto.repo.${method}`, { repo: did, collection: like, ...input } as never, { token })
    const value = (n: number) => ({ subject: { ...post, uri: `${post.uri}${n % 3}` }, createdAt })
    const key = (n: number) => `3k${'abcdefgh'[n % 8]}aaaaaaaaaa`
    const kinds = [
      (n: number) => write('createRecord', { record: value(n) }),
      (n: number) => write('putRecord', { rkey: key(n), record: value(n) }),
      (n: number) => write('deleteRecord', { rkey: key(n) }),
      (n: number) => write('createRecord', { collection: 'com.example.thing', record: { n } }),
      (n: number) =>
        write('applyWrites', {
          writes: [0, 1, 2].map((more) => ({
            $type: 'com.atproto.repo.applyWrites#create',
            collection: like,
            value: value(n + more),
          })),
        }),
    ]
    const property = fc.asyncProperty(fc.array(fc.nat(1000), { minLength: 10, maxLength: 40 }), async (choices) => {
      const answers = await Promise.all(choices.map((n) => kinds[n % kinds.length]!(n)))
      expect(answers.filter(({ status }) => status !== 200).map(({ body }) => body)).toEqual([])
      const { repos, records } = server.adapters.storage
      const head = (await repos.head(did))!
      const paths = Array.from(Mst.load(head.data, repos.blockSource(did)!).entries(), (entry) => entry.key)
      const listed = await Promise.all(
        (await records.collections(did)).map(async (collection) =>
          (await records.list(did, collection, { limit: 10_000 })).map(({ rkey }) => `${collection}/${rkey}`),
        ),
      )
      expect(listed.flat().sort()).toEqual(paths.sort())
      for (const n of [0, 1, 2]) {
        const likes = await records.bySubject(did, parseNsid(like), `${post.uri}${n}`)
        expect(likes.length).toBeLessThanOrEqual(1)
        for (const rkey of likes) expect(paths).toContain(`${like}/${rkey}`)
      }
    })
    await fc.assert(property, { numRuns: 15 })
    await server.close()
    files.remove()
  }, 120_000)
})
