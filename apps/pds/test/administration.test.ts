import { decodeMessage } from '@atoll/sync'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PdsUnderTest, type TestAccount } from './pds-under-test.ts'

const headers = { authorization: `Basic ${btoa('admin:admin-of-the-tests')}` }
const nobody = 'did:plc:nobodynobodynobodynobody'
const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1])

let pds: PdsUnderTest
let alice: TestAccount
let bob: TestAccount

beforeAll(async () => {
  pds = await PdsUnderTest.start()
  alice = await pds.account('alice')
  bob = await pds.account('bob')
})
afterAll(() => pds.close())

const ask = (method: string, params: Record<string, string | number | string[]>) =>
  pds.get(`com.atproto.admin.${method}`, { params, headers })
const tell = (method: string, input: object) => pds.post(`com.atproto.admin.${method}`, input as never, { headers })
const refusal = ({ status, body }: { status: number; body: unknown }) => ({ status, body })
const notFound = (what: string) => ({ status: 400, body: { error: 'NotFound', message: `Could not find ${what}` } })
const account = (did: string) => ({ $type: 'com.atproto.admin.defs#repoRef', did })
const record = (uri: string, cid: string) => ({ $type: 'com.atproto.repo.strongRef', uri, cid })
const blobOf = (did: string, cid: string) => ({ $type: 'com.atproto.admin.defs#repoBlobRef', did, cid })

/** The statuses that the firehose told of an account after `seq`. */
async function told(did: string, seq: number): Promise<(string | undefined)[]> {
  const statuses: (string | undefined)[] = []
  for (const { bytes, did: of, kind } of await framesAfter(seq)) {
    if (of !== did || kind !== 'account') continue
    const decoded = decodeMessage(bytes)
    if (!decoded.ok || decoded.message.kind !== 'account') throw new Error('not an account event')
    statuses.push(decoded.message.body.active ? 'active' : decoded.message.body.status)
  }
  return statuses
}

async function framesAfter(seq: number) {
  const { events } = pds.adapters.storage
  const page = await events.page({ after: seq, limit: 1000 })
  return page.map(({ frame, did, kind }) => ({ bytes: frame, did, kind }))
}

describe('views of accounts', () => {
  it('show what is declared, in any state of the account', async () => {
    const { storage } = pds.adapters
    const time = '2026-01-01T00:00:00.000Z' as never
    await storage.transact(bob.did, (tx) => {
      tx.invites.create({
        code: 'to-bob',
        availableUses: 2,
        forAccount: alice.did,
        createdBy: 'admin',
        createdAt: time,
      })
      tx.invites.use('to-bob', { usedBy: bob.did, usedAt: time })
      tx.accounts.update(bob.did, { deactivatedAt: time, takedown: 'x', invitesDisabled: true, inviteNote: 'spam' })
    })
    const { body } = await ask('getAccountInfo', { did: bob.did })
    const code = {
      code: 'to-bob',
      available: 2,
      disabled: false,
      forAccount: alice.did,
      createdBy: 'admin',
      createdAt: time,
      uses: [{ usedBy: bob.did, usedAt: time }],
    }
    expect(body).toEqual({
      did: bob.did,
      handle: 'bob.test',
      email: 'bob@example.com',
      indexedAt: expect.any(String),
      invitedBy: code,
      invites: [],
      invitesDisabled: true,
      inviteNote: 'spam',
      deactivatedAt: time,
    })
    const both = await ask('getAccountInfos', { dids: [bob.did, nobody, alice.did, bob.did] })
    expect(both.body.infos.map(({ did }: TestAccount) => did)).toEqual([bob.did, alice.did])
    expect(both.body.infos[1]).toMatchObject({ invites: [code], invitesDisabled: false })
    await storage.transact(bob.did, (tx) =>
      tx.accounts.update(bob.did, { deactivatedAt: undefined, takedown: undefined }),
    )
  })

  it('are found by a part of the address, page by page', async () => {
    const found = async (params: Record<string, string | number>) => {
      const { body } = await ask('searchAccounts', params)
      return { dids: body.accounts.map(({ did }: TestAccount) => did), cursor: body.cursor }
    }
    expect((await found({ email: 'BOB@' })).dids).toEqual([bob.did])
    expect(await found({ email: 'nobody' })).toEqual({ dids: [], cursor: undefined })
    const first = await found({ limit: 1 })
    expect(first.dids).toEqual([alice.did])
    expect(await found({ limit: 1, cursor: first.cursor })).toEqual({ dids: [bob.did], cursor: undefined })
    expect((await ask('searchAccounts', { cursor: 'nonsense' })).body).toMatchObject({ message: 'Malformed cursor' })
  })

  it('are for the administrator alone', async () => {
    for (const { method, params } of [
      { method: 'getAccountInfo', params: { did: alice.did } },
      { method: 'getSubjectStatus', params: { did: alice.did } },
    ]) {
      const { status } = await pds.get(`com.atproto.admin.${method}`, { params })
      expect(status, method).toBe(401)
      const own = await pds.get(`com.atproto.admin.${method}`, { params, token: alice.accessJwt })
      expect(own.status, method).toBe(401)
    }
  })
})

describe('a subject that is not here', () => {
  it('is refused in the words that moderation services take as final', async () => {
    const did = nobody
    const uri = `at://${alice.did}/app.bsky.feed.post/none`
    const cid = 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'
    const takedown = { applied: true }
    const signingKey = 'did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme'
    for (const answer of [
      await ask('getAccountInfo', { did }),
      await ask('getSubjectStatus', { did }),
      await ask('getSubjectStatus', { did, blob: cid }),
      await ask('getSubjectStatus', { uri: `at://${did}/app.bsky.feed.post/none` }),
      await tell('updateSubjectStatus', { subject: account(did), takedown }),
      await tell('updateSubjectStatus', { subject: account(did) }),
      await tell('updateSubjectStatus', { subject: blobOf(did, cid), takedown }),
      await tell('updateSubjectStatus', { subject: record(`at://${did}/app.bsky.feed.post/none`, cid), takedown }),
      await tell('updateAccountEmail', { account: did, email: 'nobody@example.com' }),
      await tell('updateAccountPassword', { did, password: 'password' }),
      await tell('updateAccountHandle', { did, handle: 'nobody.test' }),
      await tell('updateAccountSigningKey', { did, signingKey }),
      await tell('disableAccountInvites', { account: did }),
      await tell('enableAccountInvites', { account: did }),
      await tell('deleteAccount', { did }),
      await pds.get('dev.atoll.admin.getBlobUsage', { params: { did }, headers }),
    ]) {
      expect(refusal(answer)).toEqual(notFound('account'))
    }
    expect(refusal(await ask('getSubjectStatus', { uri }))).toEqual(notFound('record'))
    expect(refusal(await ask('getSubjectStatus', { did: alice.did, blob: cid }))).toEqual(notFound('blob'))
  })

  it('is refused as a request if it is none', async () => {
    for (const [answer, message] of [
      [await ask('getSubjectStatus', {}), 'No provided subject'],
      [
        await ask('getSubjectStatus', { blob: 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku' }),
        'Must provide a did',
      ],
      [await ask('getSubjectStatus', { uri: 'at://alice.test/app.bsky.feed.post/none' }), 'Name a record by'],
      [await ask('getSubjectStatus', { uri: `at://${alice.did}/app.bsky.feed.post` }), 'Name a record by'],
      [await tell('updateSubjectStatus', { subject: { $type: 'com.example.subject' } }), 'Invalid subject'],
    ] as const) {
      expect(answer.status).toBe(400)
      expect(answer.body).toMatchObject({ error: 'InvalidRequest', message: expect.stringContaining(message) })
    }
  })
})

describe('measures against an account', () => {
  let before: number
  beforeEach(async () => {
    before = await pds.adapters.storage.events.last()
  })
  const update = async (measures: object) => {
    const { status, body } = await tell('updateSubjectStatus', { subject: account(alice.did), ...measures })
    expect(status).toBe(200)
    return body
  }
  const status = async () => (await ask('getSubjectStatus', { did: alice.did })).body

  it('are told to the network in order, and the same ones again', async () => {
    expect(await status()).toEqual({
      subject: account(alice.did),
      takedown: { applied: false },
      deactivated: { applied: false },
    })
    await update({ deactivated: { applied: true } })
    const takedown = { applied: true, ref: 'case 7' }
    expect(await update({ takedown })).toEqual({ subject: account(alice.did), takedown })
    expect(await update({ takedown: { applied: true } })).toMatchObject({ takedown })
    expect(await status()).toMatchObject({ takedown, deactivated: { applied: true } })
    await update({ takedown: { applied: false } })
    await update({ deactivated: { applied: false } })
    expect(await update({})).toEqual({ subject: account(alice.did), takedown: { applied: false } })
    expect(await told(alice.did, before)).toEqual([
      'deactivated',
      'takendown',
      'takendown',
      'deactivated',
      'active',
      'active',
    ])
  })

  it('tell who and where it is when it comes back into service, by either measure', async () => {
    const kinds = async (measures: object) => {
      before = await pds.adapters.storage.events.last()
      await update(measures)
      return (await framesAfter(before)).map(({ kind }) => kind)
    }
    const head = await pds.adapters.storage.repos.head(alice.did)
    for (const measure of ['deactivated', 'takedown']) {
      expect(await kinds({ [measure]: { applied: true } })).toEqual(['account'])
      expect(await kinds({ [measure]: { applied: false } })).toEqual(['account', 'identity', 'sync'])
      const decoded = decodeMessage((await framesAfter(before)).at(-1)!.bytes)
      if (!decoded.ok || decoded.message.kind !== 'sync') throw new Error('not a sync event')
      expect(decoded.message.body).toMatchObject({ did: alice.did, rev: head?.rev })
      expect(await kinds({ [measure]: { applied: false } })).toEqual(['account'])
    }
    // One that stays out of service for another reason says no more than that.
    await update({ deactivated: { applied: true }, takedown: { applied: true } })
    expect(await kinds({ deactivated: { applied: false } })).toEqual(['account'])
    expect(await kinds({ takedown: { applied: false } })).toEqual(['account', 'identity', 'sync'])
  })

  it('end sessions when it is taken down', async () => {
    const { body: session } = await pds.post('com.atproto.server.createSession', {
      identifier: 'alice.test',
      password: alice.password,
    })
    await update({ takedown: { applied: true } })
    const write = await pds.post(
      'com.atproto.repo.createRecord',
      { repo: alice.did, collection: 'com.example.thing', record: {} },
      { token: alice.accessJwt },
    )
    expect({ status: write.status, error: write.body.error }).toEqual({ status: 401, error: 'AccountTakedown' })
    await update({ takedown: { applied: false } })
    const refreshed = await pds.post('com.atproto.server.refreshSession', undefined, { token: session.refreshJwt })
    expect(refreshed.body).toMatchObject({ error: 'ExpiredToken' })
  })

  it('do not contradict each other, and deactivate nothing but accounts', async () => {
    const both = { takedown: { applied: true }, deactivated: { applied: false } }
    expect(refusal(await tell('updateSubjectStatus', { subject: account(alice.did), ...both }))).toEqual({
      status: 400,
      body: { error: 'InvalidRequest', message: 'Cannot activate and takedown an account at the same time' },
    })
    const subject = blobOf(alice.did, 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku')
    const { body } = await tell('updateSubjectStatus', { subject, deactivated: { applied: true } })
    expect(body).toMatchObject({ error: 'InvalidRequest', message: 'Only accounts can be deactivated' })
    expect(await told(alice.did, before)).toEqual([])
  })

  it('race without contradiction: what the network heard last is what holds, and no commit follows a takedown', async () => {
    await Promise.all(
      Array.from({ length: 10 }, (_, turn) => [
        tell('updateSubjectStatus', { subject: account(bob.did), takedown: { applied: turn % 2 === 0 } }),
        pds.post(
          'com.atproto.repo.createRecord',
          { repo: bob.did, collection: 'com.example.thing', record: {} },
          { token: bob.accessJwt },
        ),
      ]).flat(),
    )
    const { body } = await ask('getSubjectStatus', { did: bob.did })
    expect((await told(bob.did, before)).at(-1)).toBe(body.takedown.applied ? 'takendown' : 'active')
    let active = true
    for (const { did, kind, bytes } of await framesAfter(before)) {
      if (did !== bob.did) continue
      if (kind === 'commit') expect(active).toBe(true)
      const decoded = decodeMessage(bytes)
      if (decoded.ok && decoded.message.kind === 'account') active = decoded.message.body.active
    }
    await tell('updateSubjectStatus', { subject: account(bob.did), takedown: { applied: false } })
  })
})

describe('measures against a record', () => {
  it('hide it wherever single records are read, and leave the repository whole', async () => {
    const posts = []
    for (const text of ['one', 'two', 'three']) posts.push(await pds.postOf(bob, text))
    const [one, two, three] = posts as [(typeof posts)[0], (typeof posts)[0], (typeof posts)[0]]
    const params = { repo: bob.did, collection: 'app.bsky.feed.post' }
    const at = { did: bob.did, collection: params.collection, rkey: two.rkey }
    const takedown = { applied: true, ref: 'case 8' }
    const subject = record(two.uri, two.cid)
    expect((await tell('updateSubjectStatus', { subject, takedown })).body).toEqual({ subject, takedown })
    expect((await ask('getSubjectStatus', { uri: two.uri })).body).toEqual({ subject, takedown })

    const gone = { error: 'RecordNotFound', message: `Could not locate record: ${two.uri}` }
    expect((await pds.get('com.atproto.repo.getRecord', { params: { ...params, rkey: two.rkey } })).body).toEqual(gone)
    expect((await pds.get('com.atproto.sync.getRecord', { params: at })).body).toEqual(gone)
    for (const options of [{ headers }, { token: bob.accessJwt }]) {
      expect((await pds.get('com.atproto.sync.getRecord', { params: at, ...options })).status).toBe(200)
    }
    for (const reverse of [false, true]) {
      const seen: string[] = []
      const pages: number[] = []
      for (let cursor: string | undefined; ; ) {
        const { body } = await pds.get('com.atproto.repo.listRecords', {
          params: { ...params, limit: 1, reverse, ...(cursor ? { cursor } : {}) },
        })
        if (body.cursor === undefined) break
        pages.push(body.records.length)
        seen.push(...body.records.map(({ uri }: { uri: string }) => uri))
        cursor = body.cursor
      }
      expect(seen).toEqual(reverse ? [one.uri, three.uri] : [three.uri, one.uri])
      expect(pages).toEqual([1, 0, 1])
    }
    expect((await pds.get('com.atproto.sync.getRepo', { params: { did: bob.did } })).status).toBe(200)

    const rewritten = await pds.post(
      'com.atproto.repo.putRecord',
      { ...params, rkey: two.rkey, record: { text: 'again', createdAt: '2026-01-02T03:04:05.678Z' } },
      { token: bob.accessJwt },
    )
    expect(rewritten.status).toBe(200)
    expect((await pds.get('com.atproto.repo.getRecord', { params: { ...params, rkey: two.rkey } })).body).toEqual(gone)
    await tell('updateSubjectStatus', { subject, takedown: { applied: false } })
    const { status } = await pds.get('com.atproto.repo.getRecord', { params: { ...params, rkey: two.rkey } })
    expect(status).toBe(200)
  })
})

describe('measures against a blob', () => {
  it('hide it from the public, and refuse its bytes again', async () => {
    const upload = () => pds.upload('com.atproto.repo.uploadBlob', png, 'image/png', { token: bob.accessJwt })
    const { blob } = (await upload()).body
    await pds.post(
      'com.atproto.repo.createRecord',
      { repo: bob.did, collection: 'com.example.thing', record: { blob } },
      { token: bob.accessJwt },
    )
    const cid = String(blob.ref)
    const takedown = { applied: true, ref: 'case 9' }
    const subject = blobOf(bob.did, cid)
    expect((await tell('updateSubjectStatus', { subject, takedown })).body).toEqual({ subject, takedown })
    expect((await ask('getSubjectStatus', { did: bob.did, blob: cid })).body).toEqual({ subject, takedown })
    expect((await pds.get('com.atproto.sync.getBlob', { params: { did: bob.did, cid } })).body).toEqual({
      error: 'BlobNotFound',
      message: 'Blob not found',
    })
    const listed = async (options: object) => {
      const { body } = await pds.get('com.atproto.sync.listBlobs', { params: { did: bob.did }, ...options })
      return body
    }
    expect(await listed({})).toEqual({ cids: [], cursor: cid })
    for (const options of [{ headers }, { token: bob.accessJwt }]) {
      expect(await listed(options)).toEqual({ cids: [cid], cursor: cid })
      expect((await pds.get('com.atproto.sync.getBlob', { params: { did: bob.did, cid }, ...options })).status).toBe(
        200,
      )
    }
    expect((await upload()).body).toEqual({
      error: 'InvalidRequest',
      message: 'Blob has been takendown, cannot re-upload',
    })
    await tell('updateSubjectStatus', { subject, takedown: { applied: false } })
    expect((await upload()).status).toBe(200)
  })
})

describe('what the administrator changes', () => {
  it('is the address, which is unconfirmed then, unless it is the same', async () => {
    const { storage } = pds.adapters
    const time = '2026-01-01T00:00:00.000Z' as never
    await storage.transact(alice.did, (tx) => tx.accounts.update(alice.did, { emailConfirmedAt: time }))
    expect((await tell('updateAccountEmail', { account: 'alice.test', email: 'ALICE@example.com' })).status).toBe(200)
    expect(await storage.accounts.get(alice.did)).toMatchObject({ emailConfirmedAt: time })
    const taken = await tell('updateAccountEmail', { account: alice.did, email: 'BOB@example.com' })
    expect(taken.body).toEqual({ error: 'InvalidRequest', message: 'Email already taken: BOB@example.com' })
    expect((await tell('updateAccountEmail', { account: alice.did, email: 'none' })).status).toBe(400)
    expect((await tell('updateAccountEmail', { account: alice.did, email: 'New@example.com' })).status).toBe(200)
    expect(await storage.accounts.get(alice.did)).toMatchObject({
      email: 'new@example.com',
      emailConfirmedAt: undefined,
    })
  })

  it('is the password, and sessions end', async () => {
    const signIn = (password: string) =>
      pds.post('com.atproto.server.createSession', { identifier: 'bob.test', password })
    const { body: session } = await signIn(bob.password)
    expect((await tell('updateAccountPassword', { did: bob.did, password: 'x'.repeat(257) })).body).toMatchObject({
      error: 'InvalidRequest',
    })
    expect((await tell('updateAccountPassword', { did: bob.did, password: 'another' })).status).toBe(200)
    const refreshed = await pds.post('com.atproto.server.refreshSession', undefined, { token: session.refreshJwt })
    expect(refreshed.body).toMatchObject({ error: 'ExpiredToken' })
    expect((await signIn(bob.password)).status).toBe(401)
    expect((await signIn('another')).status).toBe(200)
  })
})

describe('repositories of a collection', () => {
  it('are listed while their accounts are active', async () => {
    const listed = async () =>
      (await pds.get('com.atproto.sync.listReposByCollection', { params: { collection: 'app.bsky.feed.post' } })).body
    expect(await listed()).toEqual({ repos: [{ did: bob.did }] })
    await tell('updateSubjectStatus', { subject: account(bob.did), takedown: { applied: true } })
    expect(await listed()).toEqual({ repos: [] })
    await tell('updateSubjectStatus', { subject: account(bob.did), takedown: { applied: false } })
  })
})
