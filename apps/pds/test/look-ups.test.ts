import { generateKeyPair } from '@atoll/crypto'
import { createIdentityResolver, TooManyLookupsError } from '@atoll/identity'
import { createGenesis, PlcClient } from '@atoll/identity/plc'
import type { Did, Handle } from '@atoll/syntax'
import { createServiceJwt } from '@atoll/xrpc-server'
import { afterEach, expect, it, vi } from 'vitest'
import { LookUps } from '../src/identity/look-ups.ts'
import { PdsUnderTest } from './pds-under-test.ts'

let pds: PdsUnderTest | undefined
afterEach(async () => {
  await pds?.close()
  pds = undefined
})

const service = 'did:web:localhost%3A2583'
const lxm = 'com.atproto.server.createAccount'
const victim: Did = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'

/** Look-ups whose sources never respond. */
function silent() {
  let asked = 0
  const never = () => {
    asked += 1
    return new Promise<never>(() => undefined)
  }
  const identity = createIdentityResolver({ fetch: never, lookupTxt: never, timeoutMs: 60_000 })
  return { lookUps: new LookUps(identity), asked: () => asked }
}

it('bounds the look-ups of one network, and lets others look up', async () => {
  const { lookUps, asked } = silent()
  const client = new AbortController()
  const resolve = (ip: string, name: string) =>
    lookUps
      .of({ ip, signal: client.signal })
      .resolveHandle(`${name}.example.com` as Handle)
      .catch((error: Error & { error?: string }) => error.error ?? error.name)
  // Addresses of one /64 are one client.
  const first = Array.from({ length: 32 }, (_, n) => resolve(`2001:db8::${n + 1}`, `user${n}`))
  expect(await resolve('2001:db8::ffff', 'late')).toBe('RateLimitExceeded')
  const other = resolve('2001:db8:1::1', 'other')
  await vi.waitFor(() => expect(asked()).toBe(66))
  client.abort()
  expect(new Set(await Promise.all([...first, other]))).toEqual(new Set(['AbortError']))
  const next = new AbortController()
  const again = lookUps.of({ ip: '2001:db8::1', signal: next.signal }).resolveHandle('late.example.com' as Handle)
  await vi.waitFor(() => expect(asked()).toBe(68))
  next.abort()
  await expect(again).rejects.toMatchObject({ name: 'AbortError' })
})

it('says that the server is busy when too much is looked up in all', async () => {
  const busy = () => Promise.reject(new TooManyLookupsError('alice.example.com'))
  const lookUps = new LookUps({ resolveDid: busy, resolveHandle: busy })
  const { signal } = new AbortController()
  await expect(lookUps.of({ ip: '192.0.2.1', signal }).resolveHandle('alice.example.com')).rejects.toMatchObject({
    error: 'ServiceUnavailable',
    message: 'Too many look-ups are under way; try again in a few seconds',
  })
})

it.each([
  ['a token of another issuer', { iss: 'did:plc:bbbbbbbbbbbbbbbbbbbbbbbb' }, {}, 'AuthenticationRequired'],
  ['a handle that is taken', {}, { handle: 'alice.test' }, 'HandleNotAvailable'],
  ['an address that is taken', {}, { email: 'alice@example.com' }, 'InvalidRequest'],
  ['a reserved handle', {}, { handle: 'admin.test' }, 'HandleNotAvailable'],
  ['no password', {}, { password: '' }, 'InvalidPassword'],
])('asks nobody for a stranger who moves in with %s', async (_, token, changes, error) => {
  pds = await PdsUnderTest.start()
  await pds.account('alice')
  const before = pds.plcRequests.length
  const input = { handle: 'mover.test', email: 'mover@example.com', password: 'password', did: victim, ...changes }
  const forged = createServiceJwt({ iss: victim, aud: service, lxm, keyPair: generateKeyPair('k256'), ...token })
  const { body } = await pds.post(lxm, input, { token: forged })
  expect(body.error).toBe(error)
  expect(pds.plcRequests.slice(before).map(({ url }) => url)).toEqual([])
})

it('asks nobody for a stranger without a good invite code', async () => {
  pds = await PdsUnderTest.start({ PDS_INVITE_REQUIRED: 'true' })
  const input = { handle: 'mover.test', email: 'mover@example.com', password: 'password', did: victim }
  const forged = createServiceJwt({ iss: victim, aud: service, lxm, keyPair: generateKeyPair('k256') })
  expect((await pds.post(lxm, input, { token: forged })).body.error).toBe('InvalidInviteCode')
  expect(pds.plcRequests).toEqual([])
})

it('has the document of a DID fetched once for a forged token, and twice at most, however many of them name it', async () => {
  pds = await PdsUnderTest.start()
  const key = generateKeyPair('k256')
  const { did, op } = createGenesis({
    handle: 'mover.other.example',
    signingKey: key.didKey(),
    rotationKeys: [key.didKey()],
    pds: 'https://other.example',
    signer: key,
  })
  await new PlcClient({ url: 'http://plc.test', fetch: pds.adapters.plcFetch }).submit(did, op)
  const before = pds.plcRequests.length
  for (let attempt = 0; attempt < 10; attempt++) {
    const forged = createServiceJwt({ iss: did, aud: service, lxm, keyPair: generateKeyPair('k256') })
    const input = { handle: `mover${attempt}.test`, email: `mover${attempt}@example.com`, password: 'password', did }
    expect((await pds.post(lxm, input, { token: forged })).body.error).toBe('BadJwtSignature')
    // The second token makes it refreshed: the key may have changed since the first.
    expect(pds.plcRequests.length - before).toBe(attempt === 0 ? 1 : 2)
  }
})

it('signs nothing that follows from the operation of another DID, whatever the directory says', async () => {
  let lie: { of: string; instead: string } | undefined
  const posted: string[] = []
  const honest = await PdsUnderTest.start()
  const { plcFetch } = honest.adapters
  pds = await PdsUnderTest.start(
    {},
    {
      plcFetch: async (url, init) => {
        if (lie && init?.method === 'POST') posted.push(String(url))
        return plcFetch(lie ? String(url).replace(lie.of, lie.instead) : url, init)
      },
    },
  )
  const [alice, bob] = [await pds.account('alice'), await pds.account('bob')]
  lie = { of: alice.did, instead: bob.did }
  const nsid = 'com.atproto.identity.updateHandle'
  const answer = await pds.post(nsid, { handle: 'renamed.test' }, { token: alice.accessJwt })
  expect([answer.status, answer.body.error]).toEqual([502, 'UpstreamFailure'])
  expect(posted).toEqual([])
  expect((await pds.adapters.storage.accounts.get(alice.did))?.handle).toBe('alice.test')
  expect(await pds.adapters.storage.claims.of(alice.did)).toBeUndefined()
  lie = undefined
  expect((await pds.post(nsid, { handle: 'renamed.test' }, { token: alice.accessJwt })).status).toBe(200)
  await honest.close()
})
