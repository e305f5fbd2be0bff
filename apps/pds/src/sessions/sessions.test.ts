import { type AppPassword, MemoryPdsStorage, type PdsTransaction } from '@atoll/storage'
import { beforeEach, describe, expect, it } from 'vitest'
import { SessionTokens } from './session-tokens.ts'
import { Sessions } from './sessions.ts'

const alice = 'did:plc:alice'
const bob = 'did:plc:bob'
const hour = 60 * 60 * 1000
const day = 24 * hour

let now: number
let storage: MemoryPdsStorage
let tokens: SessionTokens
let sessions: Sessions

beforeEach(async () => {
  now = Date.UTC(2026, 0, 1)
  storage = new MemoryPdsStorage()
  const clock = () => now
  tokens = new SessionTokens({ secret: 'a secret of the tests', audience: 'did:web:localhost', now: clock })
  const credentials = { require: () => Promise.reject(new Error('nobody signs in')) }
  sessions = new Sessions({
    service: 'did:web:localhost',
    storage,
    credentials,
    secondFactors: { pass: async () => {} },
    tokens,
    now: clock,
  })
  for (const [did, handle] of [
    [alice, 'alice.test'],
    [bob, 'bob.test'],
  ] as const) {
    await storage.transact(did, (tx) =>
      tx.accounts.create({ did, handle, createdAt: '2026-01-01T00:00:00.000Z' as never }),
    )
  }
})

const signIn = async () => {
  const { refreshJwt } = await sessions.begin(alice, 'com.atproto.access')
  return tokens.readRefresh(refreshJwt).id
}
const refresh = async (id: string) => tokens.readRefresh((await sessions.refresh(alice, id)).refreshJwt).id

describe('refresh tokens', () => {
  it('lead to the same successor for two hours after they were rotated', async () => {
    const first = await signIn()
    const second = await refresh(first)
    now += 2 * hour - 1
    expect(await refresh(first)).toBe(second)
  })

  it('used after the grace period end every session that came from the sign-in', async () => {
    const first = await signIn()
    const second = await refresh(first)
    now += 2 * hour
    await expect(refresh(first)).rejects.toThrow('Token has been revoked')
    await expect(refresh(second)).rejects.toThrow('Token has been revoked')
  })

  it('leave other sign-ins alone when one is stolen', async () => {
    const stolen = await signIn()
    const other = await signIn()
    await refresh(stolen)
    now += 3 * hour
    await expect(refresh(stolen)).rejects.toThrow('Token has been revoked')
    expect(await refresh(other)).toMatch(/./)
  })

  it('expire after ninety days without use', async () => {
    const { refreshJwt } = await sessions.begin(alice, 'com.atproto.access')
    now += 90 * day + 1000
    expect(() => tokens.readRefresh(refreshJwt)).toThrow('Token has expired')
    expect(tokens.readRefresh(refreshJwt, { acceptExpired: true }).did).toBe(alice)
  })

  it('are forgotten when their use cannot mean anything any more', async () => {
    const first = await signIn()
    await refresh(first)
    now += 2 * hour
    await sessions.forgetExpired()
    // Still known: its use would be a theft.
    expect(await storage.sessions.get(first)).toBeDefined()
    now += 91 * day
    await sessions.forgetExpired()
    expect(await storage.sessions.get(first)).toBeUndefined()
  })

  it('of another account are refused', async () => {
    const first = await signIn()
    await expect(sessions.refresh(bob, first)).rejects.toThrow('Token has been revoked')
  })
})

describe('a sign-in', () => {
  /** Signs in; `meanwhile` happens between the check of the password and the new session. */
  const signInDuring = async (meanwhile: (tx: PdsTransaction) => void) => {
    const account = await storage.accounts.get(alice)
    if (!account) throw new Error('there is no account')
    const begun: string[] = []
    const racing = new Sessions({
      service: 'did:web:localhost',
      storage,
      credentials: { require: async () => ({ account, appPassword }) },
      secondFactors: { pass: async () => {} },
      tokens,
      now: () => now,
    })
    const begin = racing.begin.bind(racing)
    racing.begin = async (...given) => {
      await storage.transact(alice, meanwhile)
      const jwts = await begin(...given)
      begun.push(tokens.readRefresh(jwts.refreshJwt).id)
      return jwts
    }
    const outcome = await racing.signIn('alice.test', 'a password').then(
      () => 'signed in',
      ({ message }) => message,
    )
    const left = await Promise.all(begun.map((id) => storage.sessions.get(id)))
    return { outcome, left: left.filter((row) => row !== undefined).length }
  }
  let appPassword: AppPassword | undefined
  beforeEach(() => {
    appPassword = undefined
  })
  const refused = { outcome: 'Invalid identifier or password', left: 0 }

  it('leaves no session when the password is reset, or the account taken down or deleted, meanwhile', async () => {
    expect(await signInDuring((tx) => tx.accounts.update(alice, { handle: 'alice2.test' }))).toEqual({
      outcome: 'signed in',
      left: 1,
    })
    expect(await signInDuring((tx) => tx.accounts.update(alice, { passwordHash: 'another' }))).toEqual(refused)
    expect(await signInDuring((tx) => tx.accounts.update(alice, { takedown: 'because' }))).toEqual(refused)
    await storage.transact(alice, (tx) => tx.accounts.update(alice, { takedown: undefined }))
    expect(await signInDuring((tx) => tx.accounts.delete(alice))).toEqual(refused)
  })

  it('with an app password leaves none when that is revoked meanwhile, even if its name is used again', async () => {
    const made: AppPassword = {
      did: alice,
      name: 'phone',
      passwordHash: 'first',
      privileged: false,
      createdAt: '2026-01-01T00:00:00.000Z' as never,
    }
    appPassword = made
    await storage.transact(alice, (tx) => tx.sessions.addAppPassword(made))
    expect(await signInDuring(() => {})).toEqual({ outcome: 'signed in', left: 1 })
    const replace = (tx: PdsTransaction) => {
      tx.sessions.deleteAppPassword(alice, 'phone')
      tx.sessions.addAppPassword({ ...made, passwordHash: 'second' })
    }
    expect(await signInDuring(replace)).toEqual(refused)
  })
})

describe('access tokens', () => {
  it('live for two hours', async () => {
    const { accessJwt } = await sessions.begin(alice, 'com.atproto.access')
    now += 2 * hour - 1000
    expect(tokens.readAccess(accessJwt)).toEqual({ did: alice, scope: 'com.atproto.access' })
    now += 1000
    expect(() => tokens.readAccess(accessJwt)).toThrow('Token has expired')
  })
})
