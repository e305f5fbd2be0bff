// Service tokens beside those of @atproto/xrpc-server, which the network's servers make and verify.
import { generateKeyPair, jwtAlgorithm, type KeyPair } from '@atoll/crypto'
import * as reference from '@atproto/xrpc-server'
import { describe, expect, it } from 'vitest'
import { createServiceJwt, verifyServiceJwt } from '../index.ts'

const iss = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'
const aud = 'did:web:mod.example'
const lxm = 'com.atproto.moderation.createReport'
const keyPair = generateKeyPair('k256')

// Their verifier looks at the machine's clock.
const seconds = Math.floor(Date.now() / 1000)
const claims = { iat: seconds, iss, aud, lxm, exp: seconds + 3000, jti: 'a' }
const header = { typ: 'JWT', alg: 'ES256K' }

const signerOf = (pair: KeyPair) => ({
  jwtAlg: jwtAlgorithm(pair.curve),
  did: () => pair.didKey(),
  sign: async (message: Uint8Array) => pair.sign(message),
})

const ours = (jwt: string, pair = keyPair) =>
  verifyServiceJwt(jwt, { audience: aud, lxm, signingKeyOf: () => pair.didKey() })
const theirs = (jwt: string, pair = keyPair) => reference.verifyJwt(jwt, aud, lxm, async () => pair.didKey())

const verdictOf = (judging: Promise<unknown>) =>
  judging.then(
    () => 'taken',
    () => 'refused',
  )

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
function forge(head: object, payload: object, change = (signature: Buffer) => signature.toString('base64url')): string {
  const signed = `${encode(head)}.${encode(payload)}`
  return `${signed}.${change(Buffer.from(keyPair.sign(Buffer.from(signed))))}`
}

describe('service tokens of @atproto/xrpc-server', () => {
  it.each(['k256', 'p256'] as const)('are taken by us on %s, and ours by them, with the same claims', async (curve) => {
    const pair = generateKeyPair(curve)
    const made = await reference.createServiceJwt({ iss, aud, lxm, keypair: signerOf(pair) })
    expect(await ours(made, pair)).toMatchObject({ iss, aud, lxm })
    const taken = await theirs(createServiceJwt({ iss, aud, lxm, keyPair: pair }), pair)
    expect(taken).toMatchObject({ iss, aud, lxm })
    expect(taken.exp).toBe((await ours(createServiceJwt({ iss, aud, lxm, keyPair: pair, exp: taken.exp }), pair)).exp)
  })

  it.each<[string, string]>([
    ['nonsense', 'nonsense'],
    ['two parts', 'a.b'],
    ['no claims', forge(header, {})],
    ['an expiration in the past', forge(header, { ...claims, exp: seconds - 10 })],
    ['no expiration', forge(header, { ...claims, exp: undefined })],
    ['another audience', forge(header, { ...claims, aud: 'did:web:other.example' })],
    ['another method', forge(header, { ...claims, lxm: 'com.atproto.repo.createRecord' })],
    ['no method', forge(header, { ...claims, lxm: undefined })],
    ['an issuer that is no DID', forge(header, { ...claims, iss: 'alice.test' })],
    ['the type of an access token', forge({ ...header, typ: 'at+jwt' }, claims)],
    ['the type of a DPoP proof', forge({ ...header, typ: 'dpop+jwt' }, claims)],
    ['the algorithm of another curve', forge({ ...header, alg: 'ES256' }, claims)],
    ['no algorithm', forge({ ...header, alg: 'none' }, claims)],
    ['no signature', forge(header, claims, () => '')],
    ['half a signature', forge(header, claims, (signature) => signature.subarray(32).toString('base64url'))],
    ['a signature of something else', forge(header, claims, (signature) => signature.reverse().toString('base64url'))],
  ])('are refused by both with %s', async (_, jwt) => {
    expect([await verdictOf(ours(jwt)), await verdictOf(theirs(jwt))]).toEqual(['refused', 'refused'])
  })

  it('are taken by both with either form of s', async () => {
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
    const jwt = forge(header, claims, (signature) => {
      const s = order - BigInt(`0x${signature.toString('hex', 32)}`)
      return Buffer.from(signature.toString('hex', 0, 32) + s.toString(16).padStart(64, '0'), 'hex').toString(
        'base64url',
      )
    })
    expect([await verdictOf(ours(jwt)), await verdictOf(theirs(jwt))]).toEqual(['taken', 'taken'])
  })
})

describe('a known disagreement', () => {
  it.each<[string, string, string, string]>([
    [
      'a second text for the same bytes: base64url has one',
      forge(header, claims, (signature) => `${signature.toString('base64url')}==`),
      'refused',
      'taken',
    ],
    [
      'a token that is not valid yet (RFC 7519, 4.1.5)',
      forge(header, { ...claims, nbf: seconds + 1000 }),
      'refused',
      'taken',
    ],
    [
      'an audience that names one of our services',
      forge(header, { ...claims, aud: `${aud}#atproto_labeler` }),
      'taken',
      'refused',
    ],
    [
      'a foreign type in capitals: media types have no case',
      forge({ ...header, typ: 'AT+JWT' }, claims),
      'refused',
      'taken',
    ],
  ])('is %s', async (_, jwt, byUs, byThem) => {
    expect([await verdictOf(ours(jwt)), await verdictOf(theirs(jwt))]).toEqual([byUs, byThem])
  })
})
