import { readCar } from '@atoll/car'
import { blockOf } from '@atoll/data-model'
import { decodeCommit, verifyCommit, verifyProof } from '@atoll/repo'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PdsUnderTest, type TestAccount } from './pds-under-test.ts'

let pds: PdsUnderTest
let alice: TestAccount

beforeEach(async () => {
  pds = await PdsUnderTest.start()
  alice = await pds.account('alice')
})
afterEach(() => pds.close())

const get = (method: string, params: Record<string, string | number>, token?: string) =>
  pds.get(`com.atproto.sync.${method}`, { params, ...(token ? { token } : {}) })

const deactivate = () =>
  pds.adapters.storage.transact(alice.did, (tx) =>
    tx.accounts.update(alice.did, { deactivatedAt: '2026-01-01T00:00:00.000Z' as never }),
  )

describe('getRepo', () => {
  it('streams the commit first, and every block that the tree needs', async () => {
    for (let index = 0; index < 30; index++) await pds.postOf(alice, `post ${index}`)
    const response = await pds.fetch(`/xrpc/com.atproto.sync.getRepo?did=${alice.did}`)
    expect(response.headers.get('content-type')).toBe('application/vnd.ipld.car')
    const { roots, blocks } = readCar(new Uint8Array(await response.arrayBuffer()))
    const { body: latest } = await get('getLatestCommit', { did: alice.did })
    expect(roots.map(String)).toEqual([latest.cid])
    expect(blocks[0]?.cid.toString()).toBe(latest.cid)
    const commit = decodeCommit(blocks[0]!.bytes)
    expect(commit).toMatchObject({ did: alice.did, version: 3, rev: latest.rev })
    const data = await pds.get('com.atproto.repo.describeRepo', { params: { repo: alice.did } })
    expect(verifyCommit(commit, `did:key:${data.body.didDoc.verificationMethod[0].publicKeyMultibase}` as never)).toBe(
      true,
    )
    // 30 records, the commit, and at least one node.
    expect(blocks.length).toBeGreaterThan(31)
  })

  it('lets go of the repository when the file was read, when the reader leaves, and when only headers were wanted', async () => {
    await pds.postOf(alice, 'a post')
    const { repos } = pds.adapters.storage
    const snapshot = repos.snapshot.bind(repos)
    const open = new Set<unknown>()
    let taken = 0
    repos.snapshot = async (did) => {
      const found = await snapshot(did)
      if (!found) return undefined
      taken++
      open.add(found)
      const close = found.close.bind(found)
      found.close = () => {
        open.delete(found)
        close()
      }
      return found
    }
    const path = `/xrpc/com.atproto.sync.getRepo?did=${alice.did}`
    for (const query of ['', '&since=2222222222222']) {
      await (await pds.fetch(path + query)).arrayBuffer()
      await pds.fetch(path + query, { method: 'HEAD' })
      const left = await pds.fetch(path + query, { headers: { 'accept-encoding': 'gzip' } })
      await left.body?.cancel()
    }
    expect(taken).toBe(6)
    await expect.poll(() => open.size).toBe(0)
  })

  it.each(['getRepo', 'getCheckout'])(
    'is refused by %s to a network that reads too many already, and to no other',
    async (method) => {
      const ask = (address: string) =>
        pds.pds.router.fetch(new Request(`http://localhost/xrpc/com.atproto.sync.${method}?did=${alice.did}`), {
          address,
        })
      const reading = await Promise.all(Array.from({ length: 16 }, () => ask('2001:db8::1')))
      expect(reading.map(({ status }) => status)).toEqual(Array(16).fill(200))
      const refused = await ask('2001:db8::2')
      expect(refused.status).toBe(503)
      expect(refused.headers.get('retry-after')).toBe('5')
      expect(await refused.json()).toMatchObject({ error: 'ServiceUnavailable' })
      const other = await ask('2001:db8:0:1::1')
      expect(other.status).toBe(200)
      // One that was read, one that was left, and requests that were refused, leave room for
      // others.
      await reading[0]!.arrayBuffer()
      await reading[1]!.body!.cancel()
      const again = await Promise.all(Array.from({ length: 2 }, () => ask('2001:db8::3')))
      expect(again.map(({ status }) => status)).toEqual([200, 200])
      expect((await ask('2001:db8::4')).status).toBe(503)
      for (const { body } of [...reading.slice(2), ...again, other]) await body!.cancel()
      for (let count = 0; count < 20; count++) {
        const missing = new Request(
          `http://localhost/xrpc/com.atproto.sync.${method}?did=did:plc:aaaaaaaaaaaaaaaaaaaaaaaa`,
        )
        expect((await pds.pds.router.fetch(missing, { address: '2001:db8::1' })).status).toBe(400)
      }
    },
  )

  it('refuses a repository that is not here', async () => {
    const { status, body } = await get('getRepo', { did: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa' })
    expect({ status, error: body.error }).toEqual({ status: 400, error: 'RepoNotFound' })
  })
})

describe('an account that is not active', () => {
  it('is closed to the public, and open to its owner', async () => {
    await deactivate()
    for (const method of ['getRepo', 'getLatestCommit']) {
      expect((await get(method, { did: alice.did })).body.error).toBe('RepoDeactivated')
      expect((await get(method, { did: alice.did }, alice.accessJwt)).status).toBe(200)
    }
    expect((await get('getRepoStatus', { did: alice.did })).body).toEqual({
      did: alice.did,
      active: false,
      status: 'deactivated',
    })
    expect((await pds.get('com.atproto.identity.resolveHandle', { params: { handle: 'alice.test' } })).body.error).toBe(
      'HandleNotFound',
    )
  })

  it('shows no records', async () => {
    const { rkey } = await pds.postOf(alice, 'not to be seen')
    await deactivate()
    const params = { repo: alice.did, collection: 'app.bsky.feed.post' }
    const answers = [
      await pds.get('com.atproto.repo.getRecord', { params: { ...params, rkey } }),
      await pds.get('com.atproto.repo.listRecords', { params }),
    ]
    const described = await pds.get('com.atproto.repo.describeRepo', { params: { repo: alice.did } })
    expect(described.body).toEqual({
      error: 'RepoDeactivated',
      message: `Repo has been deactivated: ${alice.did}`,
    })
    for (const { status, body } of answers) {
      expect({ status, body }).toEqual({
        status: 400,
        body: { error: 'InvalidRequest', message: `Could not find repo: ${alice.did}` },
      })
    }
  })

  it('that was taken down changes nothing, with a token from before', async () => {
    await pds.adapters.storage.transact(alice.did, (tx) => tx.accounts.update(alice.did, { takedown: 'because' }))
    const { accessJwt: token } = alice
    const record = { text: 'loud', createdAt: '2026-01-02T03:04:05.678Z' }
    const answers = [
      await pds.post('com.atproto.identity.updateHandle', { handle: 'alicia.test' }, { token }),
      await pds.upload('com.atproto.repo.uploadBlob', Buffer.from('words'), 'text/plain', { token }),
      await pds.post(
        'com.atproto.repo.createRecord',
        { repo: alice.did, collection: 'app.bsky.feed.post', record },
        { token },
      ),
    ]
    for (const { status, body } of answers) {
      expect({ status, error: body.error }).toEqual({ status: 401, error: 'AccountTakedown' })
    }
  })

  it('writes nothing', async () => {
    await deactivate()
    const record = { text: 'quiet', createdAt: '2026-01-02T03:04:05.678Z' }
    const answer = await pds.post(
      'com.atproto.repo.createRecord',
      { repo: alice.did, collection: 'app.bsky.feed.post', record },
      { token: alice.accessJwt },
    )
    expect({ status: answer.status, body: answer.body }).toEqual({
      status: 401,
      body: { error: 'AccountDeactivated', message: 'Account is deactivated' },
    })
  })
})

describe('getRepoStatus', () => {
  it('tells the rev of an active repository', async () => {
    const { body: latest } = await get('getLatestCommit', { did: alice.did })
    expect((await get('getRepoStatus', { did: alice.did })).body).toEqual({
      did: alice.did,
      active: true,
      rev: latest.rev,
    })
  })
})

describe('listRepos', () => {
  it('pages in the order of creation, inactive accounts included', async () => {
    const bob = await pds.account('bob')
    const carol = await pds.account('carol')
    await deactivate()
    const first = await get('listRepos', { limit: 2 })
    expect(first.body.repos.map(({ did, active, status }: never) => ({ did, active, status }))).toEqual([
      { did: alice.did, active: false, status: 'deactivated' },
      { did: bob.did, active: true, status: undefined },
    ])
    const second = await get('listRepos', { limit: 2, cursor: first.body.cursor })
    expect(second.body.repos.map(({ did }: { did: string }) => did)).toEqual([carol.did])
  })

  it('refuses a cursor that it did not give', async () => {
    const { status, body } = await get('listRepos', { cursor: 'nonsense' })
    expect({ status, body }).toEqual({ status: 400, body: { error: 'InvalidRequest', message: 'Malformed cursor' } })
  })
})

describe('getRepo since a rev', () => {
  it('holds the commit first, and completes what the rev had', async () => {
    await pds.postOf(alice, 'old')
    const { body: before } = await get('getLatestCommit', { did: alice.did })
    const whole = await car(`getRepo?did=${alice.did}`)
    await pds.postOf(alice, 'new')
    const newer = await car(`getRepo?did=${alice.did}&since=${before.rev}`)
    const { body: after } = await get('getLatestCommit', { did: alice.did })
    expect(newer.blocks[0]?.cid.toString()).toBe(after.cid)
    const have = new Set([...whole.blocks, ...newer.blocks].map(({ cid }) => cid.toString()))
    for (const { cid } of (await car(`getRepo?did=${alice.did}`)).blocks) expect(have).toContain(cid.toString())
    expect(newer.blocks.length).toBeLessThan(have.size)
  })
})

describe('proofs', () => {
  it('show that a record is there, and that another is not', async () => {
    const { rkey, cid } = await pds.postOf(alice, 'proven')
    const data = await pds.get('com.atproto.repo.describeRepo', { params: { repo: alice.did } })
    const key = `did:key:${data.body.didDoc.verificationMethod[0].publicKeyMultibase}` as never
    const prove = async (wanted: string) => {
      const response = await pds.fetch(
        `/xrpc/com.atproto.sync.getRecord?did=${alice.did}&collection=app.bsky.feed.post&rkey=${wanted}`,
      )
      expect(response.status).toBe(200)
      const bytes = new Uint8Array(await response.arrayBuffer())
      return verifyProof(bytes, { did: alice.did, key, collection: 'app.bsky.feed.post', rkey: wanted as never })
    }
    expect((await prove(rkey)).cid?.toString()).toBe(cid)
    expect((await prove('3aaaaaaaaaaaa')).cid).toBeNull()
  })
})

describe('getBlocks', () => {
  it('returns the requested blocks, and names those that are missing', async () => {
    const { cid } = await pds.postOf(alice, 'a block')
    const { body: latest } = await get('getLatestCommit', { did: alice.did })
    const { roots, blocks } = await car(`getBlocks?did=${alice.did}&cids=${cid}&cids=${latest.cid}`)
    expect(blocks.map((block) => block.cid.toString())).toEqual([cid, latest.cid])
    expect(roots.map(String)).toEqual([cid])
    const missing = 'bafyreie5cvv4h45feadgeuwhbcutmh6t2ceseocckahdoe6uat64zmz454'
    const answer = await pds.get('com.atproto.sync.getBlocks', {
      params: { did: alice.did, cids: [cid, missing, missing] },
    })
    expect(answer.body).toEqual({ error: 'BlockNotFound', message: `Could not find cids: ${missing}` })
  })

  it('are read one by one as the file is read, and none when one is missing', async () => {
    const { storage } = pds.adapters
    const head = (await storage.repos.head(alice.did))!
    const large = Array.from({ length: 20 }, (_, n) => blockOf({ n, bytes: new Uint8Array(100_000) }))
    await storage.transact(alice.did, (tx) =>
      tx.repo.apply({ did: alice.did, prev: head, head, added: large, removed: [], records: [], blobs: [] }),
    )
    const block = storage.repos.block.bind(storage.repos)
    let read = 0
    storage.repos.block = (did, cid) => {
      read++
      return block(did, cid)
    }
    const cids = large.map(({ cid }) => `cids=${cid}`).join('&')
    const path = `/xrpc/com.atproto.sync.getBlocks?did=${alice.did}&${cids}&cids=${large[0]!.cid}`
    const body = (await pds.fetch(path)).body!.getReader()
    await body.read()
    expect(read).toBeLessThan(5)
    await body.cancel()
    const { blocks } = readCar(new Uint8Array(await (await pds.fetch(path)).arrayBuffer()))
    expect(blocks.map(({ cid }) => `${cid}`)).toEqual(large.map(({ cid }) => `${cid}`))
    read = 0
    expect((await pds.fetch(`${path}&cids=${blockOf({ never: 'stored' }).cid}`)).status).toBe(400)
    expect(read).toBe(0)
    expect((await pds.fetch(`${path}${`&${cids}`.repeat(50)}`)).status).toBe(400)
    expect(pds.errors).toEqual([])
  })

  it.each([
    ['[]', '[]'],
    ['[0]', '[1]'],
    ['%5B%5D', ''],
  ])('reads cids%s=…&cids%s=… as a list', async (first, second) => {
    const { cid } = await pds.postOf(alice, `cids${first}`)
    const { body: latest } = await get('getLatestCommit', { did: alice.did })
    const { blocks } = await car(`getBlocks?did=${alice.did}&cids${first}=${cid}&cids${second}=${latest.cid}`)
    expect(blocks.map((block) => block.cid.toString())).toEqual([cid, latest.cid])
  })
})

describe('the deprecated methods', () => {
  it('getHead and getCheckout agree with getLatestCommit and getRepo', async () => {
    const { body: latest } = await get('getLatestCommit', { did: alice.did })
    expect((await get('getHead', { did: alice.did })).body).toEqual({ root: latest.cid })
    expect((await car(`getCheckout?did=${alice.did}`)).roots.map(String)).toEqual([latest.cid])
  })
})

async function car(path: string) {
  const response = await pds.fetch(`/xrpc/com.atproto.sync.${path}`)
  expect(response.status).toBe(200)
  return readCar(new Uint8Array(await response.arrayBuffer()))
}
