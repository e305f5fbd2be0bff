import { type DidKey, generateKeyPair, type KeyPair } from '@atoll/crypto'
import { XrpcError } from '@atoll/xrpc'
import { describe, expect, it } from 'vitest'
import {
  bearerToken,
  type CreateServiceJwtOptions,
  createServiceJwt,
  serviceExpiration,
  type VerifyServiceJwtOptions,
  verifyServiceJwt,
} from './service-auth.ts'

const nowMs = Date.UTC(2026, 0, 1)
const nowSeconds = nowMs / 1000
const now = () => nowMs
const iss = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'
const aud = 'did:web:mod.example'
const lxm = 'com.atproto.moderation.createReport'
const keyPair = generateKeyPair('k256')

const token = (options: Partial<CreateServiceJwtOptions> = {}) =>
  createServiceJwt({ iss, aud, lxm, keyPair, now, ...options })

const verify = (jwt: string, options: Partial<VerifyServiceJwtOptions> = {}) =>
  verifyServiceJwt(jwt, { audience: aud, lxm, signingKeyOf: () => keyPair.didKey(), now, ...options })

const nameOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'accepted',
    (error: unknown) => (error instanceof XrpcError ? `${error.status} ${error.error}` : String(error)),
  )

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const forge = (header: object, payload: object, signer: KeyPair = keyPair) => {
  const signed = `${encode(header)}.${encode(payload)}`
  return `${signed}.${Buffer.from(signer.sign(Buffer.from(signed))).toString('base64url')}`
}
const claims = { iss, aud, lxm, exp: nowSeconds + 60 }

describe('service auth', () => {
  it.each(['p256', 'k256'] as const)('accepts its own tokens on %s', async (curve) => {
    const pair = generateKeyPair(curve)
    const verified = await verify(token({ keyPair: pair }), { signingKeyOf: () => pair.didKey() })
    expect(verified).toMatchObject({ iss, did: iss, service: undefined, aud, lxm, exp: nowSeconds + 60 })
    expect(verified.jti).toMatch(/^[0-9a-f]{32}$/)
  })

  it('accepts what a general JWT library signs, in either form of s', async () => {
    const { privateKey, publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
      'verify',
    ])
    const raw = new Uint8Array(await crypto.subtle.exportKey('raw', publicKey))
    const { formatDidKey, importPublicKey } = await import('@atoll/crypto')
    const compressed = new Uint8Array([2 + (raw[64]! & 1), ...raw.subarray(1, 33)])
    const didKey = formatDidKey(importPublicKey('p256', compressed))
    for (let i = 0; i < 12; i++) {
      const signed = `${encode({ alg: 'ES256' })}.${encode({ ...claims, jti: String(i) })}`
      const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, Buffer.from(signed))
      const jwt = `${signed}.${Buffer.from(signature).toString('base64url')}`
      await expect(verify(jwt, { signingKeyOf: () => didKey })).resolves.toMatchObject({ iss })
    }
  })

  it('accepts a token in one spelling alone', async () => {
    const jwt = token()
    expect(await nameOf(verify(jwt))).toBe('accepted')
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    // The last character of 64 bytes in base64url carries four bits that a decoder drops.
    const twin = jwt.slice(0, -1) + alphabet[alphabet.indexOf(jwt.at(-1)!) ^ 1]!
    for (const other of [twin, `${jwt}=`, `${jwt}==`, `${jwt}!!`, `${jwt}\n`]) {
      expect(await nameOf(verify(other)), other).toBe('401 BadJwt')
    }
  })

  it.each(['p256', 'k256'] as const)(
    'accepts both forms of s on %s, and no other form of a signature',
    async (curve) => {
      const orders = {
        p256: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
        k256: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
      }
      const pair = generateKeyPair(curve)
      const [header, payload, signature] = token({ keyPair: pair }).split('.')
      const low = Buffer.from(signature!, 'base64url')
      const s = BigInt(`0x${low.subarray(32).toString('hex')}`)
      const withS = (value: bigint) =>
        Buffer.concat([low.subarray(0, 32), Buffer.from(value.toString(16).padStart(64, '0'), 'hex')])
      const outcomeOf = (bytes: Buffer) =>
        nameOf(verify(`${header}.${payload}.${bytes.toString('base64url')}`, { signingKeyOf: () => pair.didKey() }))
      expect(await outcomeOf(low)).toBe('accepted')
      expect(await outcomeOf(withS(orders[curve] - s))).toBe('accepted')
      const der = Buffer.concat([Buffer.of(0x30, 68, 2, 32), low.subarray(0, 32), Buffer.of(2, 32), low.subarray(32)])
      for (const other of [
        withS(0n),
        withS(orders[curve]),
        withS(s ^ 1n),
        low.subarray(1),
        Buffer.concat([low, low]),
        der,
      ]) {
        expect(await outcomeOf(other)).toBe('401 BadJwtSignature')
      }
    },
  )

  it('names what is wrong with a token', async () => {
    const header = { typ: 'JWT', alg: 'ES256K' }
    const other = generateKeyPair('k256')
    const cases: [string, string][] = [
      ['401 BadJwt', 'nonsense'],
      ['401 BadJwt', 'a.b.c'],
      ['401 BadJwt', token().replace(/\.[^.]*$/, '')],
      ['401 BadJwt', `${token()}=`],
      ['401 BadJwt', `${'a'.repeat(9000)}.b.c`],
      ['401 BadJwt', forge({ alg: 'none' }, claims)],
      ['401 BadJwt', forge({ alg: 'HS256' }, claims)],
      ['401 BadJwt', forge(header, { ...claims, iss: 'alice' })],
      ['401 BadJwt', forge(header, { ...claims, aud: undefined })],
      ['401 BadJwt', forge(header, { ...claims, exp: undefined })],
      ['401 BadJwt', forge(header, { ...claims, exp: '9999999999' })],
      ['401 BadJwt', forge(header, { ...claims, lxm: [lxm] })],
      ['401 BadJwt', forge(header, { ...claims, nbf: nowSeconds + 5 })],
      ['401 BadJwtType', forge({ ...header, typ: 'at+jwt' }, claims)],
      ['401 BadJwtType', forge({ ...header, typ: 'refresh+JWT' }, claims)],
      ['401 BadJwtType', forge({ ...header, typ: 'dpop+jwt' }, claims)],
      ['401 BadJwtType', forge({ ...header, typ: 'application/at+jwt' }, claims)],
      ['401 BadJwt', forge({ ...header, crit: ['exp'] }, claims)],
      ['401 JwtExpired', forge(header, { ...claims, exp: nowSeconds })],
      ['401 BadJwtAudience', token({ aud: 'did:web:other.example' })],
      ['401 BadJwtAudience', token({ aud: `${aud}.evil.example` })],
      ['401 BadJwtLexiconMethod', token({ lxm: 'com.atproto.repo.createRecord' })],
      ['401 BadJwtLexiconMethod', token({ lxm: undefined })],
      ['401 BadJwtSignature', token({ keyPair: other })],
      ['401 BadJwtSignature', forge({ ...header, alg: 'ES256' }, claims)],
    ]
    for (const [expected, jwt] of cases) expect(await nameOf(verify(jwt)), jwt).toBe(expected)
  })

  it('takes a bare audience for each of its services, and a service for itself alone', async () => {
    const service = `${aud}#atproto_labeler`
    expect(await nameOf(verify(token({ aud: service })))).toBe('accepted')
    expect(await nameOf(verify(token(), { audience: service }))).toBe('401 BadJwtAudience')
    expect(await nameOf(verify(token(), { audience: [service, aud] }))).toBe('accepted')
  })

  it('takes a token for any method where none is asked for', async () => {
    expect(await nameOf(verify(token({ lxm: undefined }), { lxm: undefined }))).toBe('accepted')
  })

  it('tells which service of a DID has signed', async () => {
    const asked: unknown[] = []
    const verified = await verify(token({ iss: `${iss}#atproto_labeler` }), {
      signingKeyOf: (did, options) => {
        asked.push([did, options])
        return keyPair.didKey()
      },
    })
    expect(verified).toMatchObject({ did: iss, service: 'atproto_labeler' })
    expect(asked).toEqual([[iss, { refresh: false, service: 'atproto_labeler' }]])
  })

  it('looks a key up afresh once when the cached one does not fit', async () => {
    const old = generateKeyPair('p256').didKey()
    const asked: boolean[] = []
    const keys = (fresh: DidKey | undefined) => ({
      signingKeyOf: (_: string, { refresh }: { refresh: boolean }) => {
        asked.push(refresh)
        return refresh ? fresh : old
      },
    })
    expect(await nameOf(verify(token(), keys(keyPair.didKey())))).toBe('accepted')
    expect(await nameOf(verify(token(), keys(old)))).toBe('401 BadJwtSignature')
    expect(await nameOf(verify(token(), keys(undefined)))).toBe('401 BadJwtSignature')
    expect(asked).toEqual([false, true, false, true, false, true])
  })

  it('is not taken for signed by a key that is no point of its curve', async () => {
    const offCurve: DidKey = 'did:key:zQ3shee78LWjGhnSBxM2g4cQwQFn1QF7wXBFpP5cmt6xRmLbY'
    expect(await nameOf(verify(token(), { signingKeyOf: () => offCurve }))).toBe('401 BadJwtSignature')
    const rotated = ({ refresh }: { refresh: boolean }) => (refresh ? keyPair.didKey() : offCurve)
    expect(await nameOf(verify(token(), { signingKeyOf: (_, options) => rotated(options) }))).toBe('accepted')
  })

  it('lets a token live an hour for one method, a minute for any', () => {
    expect(serviceExpiration(undefined, lxm, 1000)).toBe(1060)
    expect(serviceExpiration(4600, lxm, 1000)).toBe(4600)
    expect(serviceExpiration(1060, undefined, 1000)).toBe(1060)
    for (const [exp, method] of [
      [999, lxm],
      [4601, lxm],
      [1061, undefined],
      [Number.NaN, lxm],
    ] as const) {
      expect(() => serviceExpiration(exp, method, 1000)).toThrow(
        expect.objectContaining({ error: 'BadExpiration', status: 400 }),
      )
    }
  })

  it('reads a bearer token and nothing else', () => {
    const of = (authorization: string | null) => bearerToken({ get: () => authorization })
    expect(of('Bearer a.b-_c')).toBe('a.b-_c')
    expect(of('bearer abc')).toBe('abc')
    for (const text of [null, '', 'Bearer', 'Basic abc', 'Bearer a b', 'xBearer a']) expect(of(text)).toBeUndefined()
  })
})
