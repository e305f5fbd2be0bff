import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PdsUnderTest, type TestAccount } from './pds-under-test.ts'

let pds: PdsUnderTest
let alice: TestAccount

beforeEach(async () => {
  pds = await PdsUnderTest.start()
  alice = await pds.account('alice')
  await pds.postOf(alice, 'from before')
  await pds.adapters.storage.transact(alice.did, (tx) => tx.accounts.update(alice.did, { takedown: 'because' }))
})
afterEach(() => pds.close())

const signIn = (more: object = {}) =>
  pds.post('com.atproto.server.createSession', { identifier: 'alice.test', password: alice.password, ...more })

describe('an account that was taken down', () => {
  it('signs in only where it says that it knows', async () => {
    const refused = await signIn()
    expect({ status: refused.status, body: refused.body }).toEqual({
      status: 401,
      body: { error: 'AccountTakedown', message: 'Account has been taken down' },
    })
    const { status, body } = await signIn({ allowTakendown: true })
    expect(status).toBe(200)
    expect(body).toMatchObject({ did: alice.did, active: false, status: 'takendown' })
    const write = await pds.post(
      'com.atproto.repo.createRecord',
      { repo: alice.did, collection: 'com.example.thing', record: {} },
      { token: body.accessJwt },
    )
    expect({ status: write.status, body: write.body }).toEqual({
      status: 400,
      body: { error: 'InvalidToken', message: 'Bad token scope' },
    })
  })

  it('tells a wrong password like any other', async () => {
    const { status, body } = await signIn({ password: 'another' })
    expect({ status, error: body.error }).toEqual({ status: 401, error: 'AuthenticationRequired' })
  })

  it('keeps no session going', async () => {
    const { status, body } = await pds.post('com.atproto.server.refreshSession', undefined, { token: alice.refreshJwt })
    expect({ status, error: body.error }).toEqual({ status: 401, error: 'AccountTakedown' })
  })

  it('is closed to the public by its name, and open to the administrator', async () => {
    const admin = { authorization: `Basic ${btoa('admin:admin-of-the-tests')}` }
    for (const method of ['getRepo', 'getLatestCommit', 'getHead', 'getCheckout', 'listBlobs']) {
      const params = { did: alice.did }
      const { status, body } = await pds.get(`com.atproto.sync.${method}`, { params })
      expect({ status, body }, method).toEqual({
        status: 400,
        body: { error: 'RepoTakendown', message: `Repo has been takendown: ${alice.did}` },
      })
      expect((await pds.get(`com.atproto.sync.${method}`, { params, headers: admin })).status, method).toBe(200)
    }
  })

  it('is told of without a rev', async () => {
    const { body } = await pds.get('com.atproto.sync.getRepoStatus', { params: { did: alice.did } })
    expect(body).toEqual({ did: alice.did, active: false, status: 'takendown' })
  })

  it('shows no records, and its handle leads nowhere', async () => {
    const params = { repo: alice.did, collection: 'app.bsky.feed.post' }
    const { body } = await pds.get('com.atproto.repo.listRecords', { params })
    expect(body).toEqual({ error: 'InvalidRequest', message: `Could not find repo: ${alice.did}` })
    const { body: resolved } = await pds.get('com.atproto.identity.resolveHandle', { params: { handle: 'alice.test' } })
    expect(resolved).toEqual({ error: 'HandleNotFound', message: 'Unable to resolve handle' })
  })

  it('has invite codes that do not count until it is restored', async () => {
    const { storage } = pds.adapters
    await storage.transact(alice.did, (tx) =>
      tx.invites.create({
        code: 'from-alice',
        availableUses: 1,
        forAccount: alice.did,
        createdBy: 'admin',
        createdAt: '2026-01-01T00:00:00.000Z' as never,
      }),
    )
    const signUp = () =>
      pds.post('com.atproto.server.createAccount', {
        handle: 'bob.test',
        email: 'bob@example.com',
        password: 'password',
        inviteCode: 'from-alice',
      })
    expect((await signUp()).body).toEqual({
      error: 'InvalidInviteCode',
      message: 'Provided invite code not available',
    })
    await storage.transact(alice.did, (tx) => tx.accounts.update(alice.did, { takedown: undefined }))
    expect((await signUp()).status).toBe(200)
  })
})
