import { generateKeyPair } from '@atoll/crypto'
import { XrpcError } from '@atoll/xrpc'
import { expect, it } from 'vitest'
import { MemorySeenTokens } from './seen-tokens.ts'
import { createServiceJwt, type VerifyServiceJwtOptions, verifyServiceJwt } from './service-auth.ts'

const iss = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'
const aud = 'did:web:mod.example'
const lxm = 'com.atproto.moderation.createReport'
const keyPair = generateKeyPair('k256')
const now = () => Date.UTC(2026, 0, 1)
const seconds = now() / 1000

const token = (exp?: number) => createServiceJwt({ iss, aud, lxm, exp, keyPair, now })
const verify = (jwt: string, options: Partial<VerifyServiceJwtOptions> = {}) =>
  verifyServiceJwt(jwt, { audience: aud, lxm, signingKeyOf: () => keyPair.didKey(), now, ...options }).then(
    () => 'accepted',
    (error: unknown) => (error instanceof XrpcError ? `${error.status} ${error.error}` : String(error)),
  )

function signed(payload: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${encode({ typ: 'JWT', alg: 'ES256K' })}.${encode(payload)}`
  return `${text}.${Buffer.from(keyPair.sign(Buffer.from(text))).toString('base64url')}`
}

it('takes a token once, where tokens are remembered', async () => {
  const seen = new MemorySeenTokens({ now })
  const [first, second] = [token(), token()]
  expect(await verify(first)).toBe('accepted')
  expect(await verify(first)).toBe('accepted')
  expect([await verify(first, { seen }), await verify(second, { seen })]).toEqual(['accepted', 'accepted'])
  expect([await verify(first, { seen }), await verify(second, { seen })]).toEqual(['401 BadJwt', '401 BadJwt'])
})

it('remembers no invalid token, and accepts none without an identifier of a reasonable length', async () => {
  const seen = new MemorySeenTokens({ now })
  const jwt = token()
  expect(await verify(jwt, { seen, signingKeyOf: () => generateKeyPair('k256').didKey() })).toBe('401 BadJwtSignature')
  expect(await verify(jwt, { seen })).toBe('accepted')
  const claims = { iss, aud, lxm, exp: seconds + 60 }
  for (const jti of [undefined, '', 7, 'x'.repeat(257)]) {
    expect(await verify(signed({ ...claims, jti }), { seen })).toBe('401 BadJwt')
  }
  expect(await verify(signed(claims))).toBe('accepted')
})

it('refuses a token that lives too long', async () => {
  const claims = { iss, aud, lxm, jti: 'a' }
  expect(await verify(signed({ ...claims, exp: seconds + 3600 }))).toBe('accepted')
  expect(await verify(signed({ ...claims, exp: seconds + 3631 }))).toBe('401 BadJwt')
  expect(await verify(signed({ ...claims, exp: seconds + 90 }), { maxLifetimeSeconds: 60 })).toBe('accepted')
  expect(await verify(signed({ ...claims, exp: seconds + 91 }), { maxLifetimeSeconds: 60 })).toBe('401 BadJwt')
})

it('refuses the token of another issuer before any key is looked up', async () => {
  const asked: string[] = []
  const signingKeyOf = (did: string) => {
    asked.push(did)
    return keyPair.didKey()
  }
  expect(await verify(token(), { issuer: 'did:web:alice.example', signingKeyOf })).toBe('401 BadJwtIss')
  expect(asked).toEqual([])
  expect(await verify(token(), { issuer: iss, signingKeyOf })).toBe('accepted')
})

it('forgets tokens that have expired, and refuses new ones while it is full of others', () => {
  let time = 0
  const seen = new MemorySeenTokens({ maxBytes: 10_000, now: () => time * 1000 })
  let added = 0
  expect(() => {
    for (;;) seen.add(`token ${added++}`, 60)
  }).toThrow('too many tokens')
  expect(added).toBeGreaterThan(30)
  expect(seen.bytes).toBeLessThanOrEqual(10_000)
  expect(seen.add('token 0', 60)).toBe(false)
  time = 61
  expect(seen.add('token 0', 120)).toBe(true)
  expect(seen.bytes).toBeLessThan(500)
})
