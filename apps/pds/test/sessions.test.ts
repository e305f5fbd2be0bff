import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PdsUnderTest, type TestAccount } from './pds-under-test.ts'

let pds: PdsUnderTest
let alice: TestAccount

beforeEach(async () => {
  pds = await PdsUnderTest.start()
  alice = await pds.account('alice')
})
afterEach(() => pds.close())

const signIn = (identifier: string, password: string) =>
  pds.post('com.atproto.server.createSession', { identifier, password })
const refresh = (token: string) => pds.post('com.atproto.server.refreshSession', undefined, { token })

describe('createSession', () => {
  it.each([
    ['handle', 'alice.test'],
    ['handle in capitals', 'ALICE.test'],
    ['address', 'alice@example.com'],
    ['address in capitals', 'Alice@Example.Com'],
  ])('signs in by %s', async (_, identifier) => {
    const { status, body } = await signIn(identifier, alice.password)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      did: alice.did,
      handle: 'alice.test',
      email: 'alice@example.com',
      emailConfirmed: false,
      active: true,
    })
  })

  it('signs in by DID, whatever its case and what stands around it', async () => {
    for (const identifier of [alice.did, alice.did.toUpperCase(), ` ${alice.did} `]) {
      expect((await signIn(identifier, alice.password)).body.did).toBe(alice.did)
    }
  })

  it('refuses a wrong password and an unknown account alike', async () => {
    const refused = { error: 'AuthenticationRequired', message: 'Invalid identifier or password' }
    for (const answer of [
      await signIn('alice.test', 'wrong'),
      await signIn('nobody.test', alice.password),
      await signIn('alice.test', 'p'.repeat(600)),
    ]) {
      expect({ status: answer.status, body: answer.body }).toEqual({ status: 401, body: refused })
    }
  })
})

describe('a deactivated account', () => {
  it('signs in and stays signed in, and is told so', async () => {
    await pds.adapters.storage.transact(alice.did, (tx) =>
      tx.accounts.update(alice.did, { deactivatedAt: '2026-01-01T00:00:00.000Z' as never }),
    )
    const created = await signIn('alice.test', alice.password)
    const refreshed = await refresh(created.body.refreshJwt)
    const told = await pds.get('com.atproto.server.getSession', { token: refreshed.body.accessJwt })
    for (const { status, body } of [created, refreshed, told]) {
      expect(status).toBe(200)
      expect(body).toMatchObject({ did: alice.did, active: false, status: 'deactivated' })
    }
  })
})

describe('access tokens', () => {
  const session = (headers: Record<string, string>) => pds.get('com.atproto.server.getSession', { headers })

  it('are asked for', async () => {
    const { status, body } = await session({})
    expect({ status, body }).toEqual({
      status: 401,
      body: { error: 'AuthMissing', message: 'Authentication Required' },
    })
  })

  it.each([
    ['text that is no token', () => 'nonsense'],
    ['a token with a changed payload', () => alice.accessJwt.replace(/\.(.)/, (_, c) => `.${c === 'A' ? 'B' : 'A'}`)],
    ['a token without its signature', () => alice.accessJwt.slice(0, alice.accessJwt.lastIndexOf('.') + 1)],
    [
      'a token that claims to need no signature',
      () => `${Buffer.from('{"typ":"at+jwt","alg":"none"}').toString('base64url')}.${alice.accessJwt.split('.')[1]}.`,
    ],
  ])('refuse %s', async (_, token) => {
    const { status, body } = await session({ authorization: `Bearer ${token()}` })
    expect({ status, body }).toEqual({
      status: 400,
      body: { error: 'InvalidToken', message: 'Token could not be verified' },
    })
  })

  it('refuse a refresh token in their place', async () => {
    const { body } = await session({ authorization: `Bearer ${alice.refreshJwt}` })
    expect(body).toEqual({ error: 'InvalidToken', message: 'Token could not be verified' })
  })

  it('of another server are refused', async () => {
    const other = await PdsUnderTest.start({ PDS_JWT_SECRET: 'another secret of the tests' })
    const stranger = await other.account('alice')
    expect((await session({ authorization: `Bearer ${stranger.accessJwt}` })).body.error).toBe('InvalidToken')
    await other.close()
  })
})

describe('refreshSession', () => {
  it('returns tokens that work', async () => {
    const { status, body } = await refresh(alice.refreshJwt)
    expect(status).toBe(200)
    expect((await pds.get('com.atproto.server.getSession', { token: body.accessJwt })).body.did).toBe(alice.did)
    expect((await refresh(body.refreshJwt)).status).toBe(200)
  })

  it('gives ten racing calls the same successor', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(alice.refreshJwt)))
    expect(new Set(answers.map(({ body }) => body.refreshJwt)).size).toBe(1)
    const later = await refresh(alice.refreshJwt)
    expect(later.body.refreshJwt).toBe(answers[0]?.body.refreshJwt)
  })

  it('refuses an access token', async () => {
    expect((await refresh(alice.accessJwt)).body).toEqual({
      error: 'InvalidToken',
      message: 'Token could not be verified',
    })
  })
})

describe('deleteSession', () => {
  it('ends the session, and its successors', async () => {
    const { body } = await refresh(alice.refreshJwt)
    const end = await pds.post('com.atproto.server.deleteSession', undefined, { token: alice.refreshJwt })
    expect(end.status).toBe(200)
    for (const token of [alice.refreshJwt, body.refreshJwt]) {
      const { status, body } = await refresh(token)
      expect({ status, body }).toEqual({
        status: 400,
        body: { error: 'ExpiredToken', message: 'Token has been revoked' },
      })
    }
  })

  it('refuses tokens of another kind, and what is no token', async () => {
    for (const token of [alice.accessJwt, 'nonsense']) {
      const { status, body } = await pds.post('com.atproto.server.deleteSession', undefined, { token })
      expect({ status, error: body.error }).toEqual({ status: 400, error: 'InvalidToken' })
    }
  })

  it('accepts a token that was revoked before', async () => {
    const end = () => pds.post('com.atproto.server.deleteSession', undefined, { token: alice.refreshJwt })
    expect((await end()).status).toBe(200)
    expect((await end()).status).toBe(200)
  })
})
