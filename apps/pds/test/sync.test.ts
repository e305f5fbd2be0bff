import { readCar } from '@atoll/car'
import { parseCid } from '@atoll/data-model'
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
      await pds.get('com.atproto.repo.describeRepo', { params: { repo: alice.did } }),
    ]
    for (const { status, body } of answers)
      expect({ status, body }).toEqual({
        status: 400,
        body: { error: 'InvalidRequest', message: `Could not find repo: ${alice.did}` },
      })
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
    for (const { status, body } of answers)
      expect({ status, error: body.error }).toEqual({ status: 401, error: 'AccountTakedown' })
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
      status: 400,
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

describe('blobs', () => {
  const bytes = Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010806', 'hex')
  const upload = (content: Uint8Array, type: string, token = alice.accessJwt) =>
    pds.upload('com.atproto.repo.uploadBlob', content, type, { token })
  const attach = (blob: unknown, rkey: string) =>
    pds.post(
      'com.atproto.repo.putRecord',
      { repo: alice.did, collection: 'com.example.thing', rkey, record: { blob } } as never,
      { token: alice.accessJwt },
    )

  it('are told by their content before their declared type', async () => {
    const { body } = await upload(bytes, 'text/plain')
    expect(body.blob).toMatchObject({ $type: 'blob', mimeType: 'image/png', size: bytes.length })
    expect((await upload(Buffer.from('plain words'), 'text/plain')).body.blob.mimeType).toBe('text/plain')
  })

  it('are served once a record refers to them, and gone with the last reference', async () => {
    const { body } = await upload(bytes, 'image/png')
    const cid = body.blob.ref.toString()
    const read = () => pds.fetch(`/xrpc/com.atproto.sync.getBlob?did=${alice.did}&cid=${cid}`)
    expect((await read()).status).toBe(400)

    expect((await attach(body.blob, 'one')).status).toBe(200)
    const served = await read()
    expect(Buffer.from(await served.arrayBuffer()).equals(bytes)).toBe(true)
    expect(Object.fromEntries(served.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(bytes.length),
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'content-disposition': expect.stringMatching(/^attachment/),
    })

    await pds.post(
      'com.atproto.repo.deleteRecord',
      { repo: alice.did, collection: 'com.example.thing', rkey: 'one' },
      { token: alice.accessJwt },
    )
    await pds.pds.settled()
    expect(((await (await read()).json()) as { error: string }).error).toBe('BlobNotFound')
    expect(await pds.adapters.blobStore.size(alice.did, parseCid(cid))).toBeUndefined()
  })

  it('that were taken down are shown to their owner and the administrator only', async () => {
    const { body } = await upload(bytes, 'image/png')
    await attach(body.blob, 'one')
    await pds.adapters.storage.transact(alice.did, (tx) => tx.blobs.setTakedown(alice.did, body.blob.ref, 'because'))
    const bob = await pds.account('bob')
    const read = async (authorization?: string) => {
      const headers = new Headers(authorization ? { authorization } : {})
      const path = `/xrpc/com.atproto.sync.getBlob?did=${alice.did}&cid=${body.blob.ref}`
      return (await pds.fetch(path, { headers })).status
    }
    expect(await read()).toBe(400)
    expect(await read(`Bearer ${bob.accessJwt}`)).toBe(400)
    expect(await read(`Bearer ${alice.accessJwt}`)).toBe(200)
    expect(await read(`Basic ${btoa('admin:admin-of-the-tests')}`)).toBe(200)
    const again = await upload(bytes, 'image/png')
    expect(again.body.message).toBe('Blob has been takendown, cannot re-upload')
  })

  it('must be as the record says', async () => {
    const { body } = await upload(bytes, 'image/png')
    expect((await attach({ ...body.blob, size: 1 }, 'one')).body.message).toMatch(/bytes/)
    expect((await attach({ ...body.blob, mimeType: 'image/gif' }, 'one')).body.message).toMatch(/image\/png/)
  })

  it('in the old form become references of today when a profile is edited', async () => {
    const { body } = await upload(bytes, 'image/png')
    const legacy = (cid: string) => ({
      repo: alice.did,
      collection: 'app.bsky.actor.profile',
      rkey: 'self',
      record: { avatar: { cid, mimeType: 'image/jpeg' } },
    })
    const put = (cid: string) => pds.post('com.atproto.repo.putRecord', legacy(cid), { token: alice.accessJwt })
    expect((await put(body.blob.ref.toString())).status).toBe(200)
    const read = await pds.get('com.atproto.repo.getRecord', {
      params: { repo: alice.did, collection: 'app.bsky.actor.profile', rkey: 'self' },
    })
    expect(read.body.value.avatar).toEqual(body.blob)
    expect((await put('bafkreifbopnf6ycpyfvikrfdsdgoxu2o2bjfzgqvumbc47jegy5tlhavny')).status).toBe(400)
  })

  it('over the limit are refused, and nothing of them is kept', async () => {
    const small = await PdsUnderTest.start({ PDS_BLOB_UPLOAD_LIMIT: '100' })
    const bob = await small.account('bob')
    const { status, body } = await small.upload('com.atproto.repo.uploadBlob', Buffer.alloc(101), 'image/png', {
      token: bob.accessJwt,
    })
    expect(status).toBe(413)
    expect(body.error).toMatch(/^PayloadTooLarge/)
    await small.close()
  })

  it('of one account are not another’s', async () => {
    const bob = await pds.account('bob')
    const { body } = await upload(bytes, 'image/png', bob.accessJwt)
    expect((await attach(body.blob, 'one')).body.error).toBe('BlobNotFound')
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
  it('answers with the blocks asked for, and names those that are missing', async () => {
    const { cid } = await pds.postOf(alice, 'a block')
    const { body: latest } = await get('getLatestCommit', { did: alice.did })
    const { roots, blocks } = await car(`getBlocks?did=${alice.did}&cids=${cid}&cids=${latest.cid}`)
    expect(blocks.map((block) => block.cid.toString())).toEqual([cid, latest.cid])
    expect(roots.map(String)).toEqual([cid])
    const missing = 'bafyreie5cvv4h45feadgeuwhbcutmh6t2ceseocckahdoe6uat64zmz454'
    const answer = await pds.get('com.atproto.sync.getBlocks', { params: { did: alice.did, cids: [cid, missing] } })
    expect(answer.body).toEqual({ error: 'BlockNotFound', message: `Could not find cids: ${missing}` })
  })
})

describe('the deprecated methods', () => {
  it('getHead and getCheckout answer as getLatestCommit and getRepo', async () => {
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

describe('listBlobs', () => {
  it('pages through the blobs that records refer to', async () => {
    const wanted: string[] = []
    for (const content of ['one', 'two', 'three']) {
      const { body } = await pds.upload('com.atproto.repo.uploadBlob', Buffer.from(content), 'text/plain', {
        token: alice.accessJwt,
      })
      await pds.post(
        'com.atproto.repo.createRecord',
        { repo: alice.did, collection: 'com.example.thing', record: { blob: body.blob } },
        { token: alice.accessJwt },
      )
      wanted.push(body.blob.ref.toString())
    }
    const first = await get('listBlobs', { did: alice.did, limit: 2 })
    const second = await get('listBlobs', { did: alice.did, limit: 2, cursor: first.body.cursor })
    expect([...first.body.cids, ...second.body.cids].sort()).toEqual(wanted.sort())
    expect(first.body.cids).toHaveLength(2)
  })
})
