import { createPublicKey, generateKeyPairSync, sign as nodeSign, verify as nodeVerify } from 'node:crypto'
import { type Curve, generateKeyPair, importPublicKey } from '@atoll/crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ecdsaSigner, ecdsaVerifier, hmacKey, parseJwt, signJwt, verifyJwtSignature } from './index.ts'

const curves: Curve[] = ['p256', 'k256']
const bytes = (base64url: string) => Buffer.from(base64url, 'base64url')
const segment = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const rawToken = (header: string, claims: string, signature = 'AA') => [header, claims, signature].join('.')

/** The examples of RFC 7515: https://www.rfc-editor.org/rfc/rfc7515#appendix-A */
const rfc7515 = {
  claims: { iss: 'joe', exp: 1300819380, 'http://example.com/is_root': true },
  hs256:
    'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  secret: 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
  es256:
    'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  none: 'eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.',
}

describe('the examples of RFC 7515', () => {
  it('verify: A.1, HS256', () => {
    const jwt = parseJwt(rfc7515.hs256)!
    expect(jwt).toMatchObject({ type: 'jwt', algorithm: 'HS256', claims: rfc7515.claims })
    expect(verifyJwtSignature(jwt, hmacKey(bytes(rfc7515.secret)))).toBe(true)
    expect(verifyJwtSignature(jwt, hmacKey('another secret'))).toBe(false)
  })

  it('verify: A.3, ES256', () => {
    const jwt = parseJwt(rfc7515.es256)!
    const key = importPublicKey('p256', Buffer.concat([Buffer.of(4), bytes(rfc7515.x), bytes(rfc7515.y)]))
    expect(jwt).toMatchObject({ type: undefined, algorithm: 'ES256', claims: rfc7515.claims })
    expect(verifyJwtSignature(jwt, ecdsaVerifier(key))).toBe(true)
    expect(verifyJwtSignature(jwt, ecdsaVerifier(generateKeyPair('p256').publicKey))).toBe(false)
  })

  it('are refused without a signature: A.5', () => {
    expect(parseJwt(rfc7515.none)).toBeUndefined()
  })
})

describe('a signed token', () => {
  const claims = { sub: 'did:plc:alice', text: 'é 🏝', list: [1, { deep: null }] }

  it.each([...curves, 'secret'] as const)('is parsed and verified as it was signed, with a key of %s', (kind) => {
    const pair = kind === 'secret' ? undefined : generateKeyPair(kind)
    const [signer, verifier] = pair ? [ecdsaSigner(pair), ecdsaVerifier(pair.didKey())] : [hmacKey('s'), hmacKey('s')]
    const jwt = parseJwt(signJwt({ typ: 'at+jwt', kid: 'first' }, claims, signer))!
    expect(jwt.header).toEqual({ typ: 'at+jwt', kid: 'first', alg: signer.algorithm })
    expect(jwt).toMatchObject({ type: 'at+jwt', algorithm: signer.algorithm, claims })
    expect(verifyJwtSignature(jwt, verifier)).toBe(true)
    expect(verifyJwtSignature({ ...jwt, signed: jwt.signed.with(3, 0) }, verifier)).toBe(false)
  })

  it.each(curves)('is understood by OpenSSL on %s, and the other way round', (curve) => {
    const namedCurve = curve === 'p256' ? 'P-256' : 'secp256k1'
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve })
    const { x, y } = publicKey.export({ format: 'jwk' }) as { x: string; y: string }
    const verifier = ecdsaVerifier(importPublicKey(curve, Buffer.concat([Buffer.of(4), bytes(x), bytes(y)])))
    const dsaEncoding = 'ieee-p1363'
    const head = `${segment({ alg: verifier.algorithm })}.${segment(claims)}`
    for (let i = 0; i < 8; i++) {
      const theirs = nodeSign('sha256', Buffer.from(head), { key: privateKey, dsaEncoding })
      expect(verifyJwtSignature(parseJwt(`${head}.${theirs.toString('base64url')}`)!, verifier)).toBe(true)
    }
    const pair = generateKeyPair(curve)
    const uncompressed = createPublicKey({ key: spki(pair.publicKey.bytes, curve), format: 'der', type: 'spki' })
    const ours = parseJwt(signJwt({ typ: 'JWT' }, claims, ecdsaSigner(pair)))!
    expect(nodeVerify('sha256', ours.signed, { key: uncompressed, dsaEncoding }, ours.signature)).toBe(true)
  })

  it('cannot choose how it is verified', () => {
    const pair = generateKeyPair('k256')
    // The classic algorithm confusion: a public key used as an HMAC secret.
    const forged = signJwt({ typ: 'JWT' }, claims, hmacKey(pair.publicKey.bytes))
    expect(verifyJwtSignature(parseJwt(forged)!, ecdsaVerifier(pair.publicKey))).toBe(false)
    for (const alg of ['none', 'ES256', 'HS256', 'es256k', 'RS256', '', 5, undefined]) {
      const signed = `${segment({ alg })}.${segment(claims)}`
      const signature = Buffer.from(pair.sign(Buffer.from(signed))).toString('base64url')
      expect(verifyJwtSignature(parseJwt(`${signed}.${signature}`)!, ecdsaVerifier(pair.publicKey)), `${alg}`).toBe(
        false,
      )
    }
  })

  it('has one spelling', () => {
    const token = signJwt({ typ: 'JWT' }, claims, hmacKey('a secret'))
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    // The last character of 32 bytes carries two bits that a lenient decoder drops.
    const twins = [1, 2, 3].map((bits) => token.slice(0, -1) + alphabet[alphabet.indexOf(token.at(-1)!) ^ bits]!)
    const others = [`${token}=`, `${token}==`, ` ${token}`, `${token}\n`, `${token}.`, token.replace('.', '=.')]
    for (const other of [...twins, ...others]) expect(parseJwt(other), other).toBeUndefined()
  })

  it('has its type in lower case and without application/', () => {
    const typeOf = (typ: unknown) => parseJwt(rawToken(segment({ typ, alg: 'HS256' }), segment({})))?.type
    expect(typeOf('DPoP+jwt')).toBe('dpop+jwt')
    expect(typeOf('application/at+jwt')).toBe('at+jwt')
    expect(typeOf('JWT')).toBe('jwt')
  })
})

describe('parseJwt returns undefined for', () => {
  it.each<[string, string]>([
    ['nothing', ''],
    ['two parts', 'e30.e30'],
    ['four parts', 'e30.e30.AA.AA'],
    ['no header', '.e30.AA'],
    ['no claims', 'e30..AA'],
    ['no signature', 'e30.e30.'],
    ['a header that is not JSON', 'AAAA.e30.AA'],
    ['claims that are a list', rawToken(segment({}), segment([]))],
    ['claims that are null', rawToken(segment({}), segment(null))],
    ['claims that are text', rawToken(segment({}), segment('text'))],
    ['a header that is a number', rawToken(segment(5), segment({}))],
    ['standard base64', rawToken(Buffer.from('{"a":"???>>>"}').toString('base64'), segment({}))],
    ['padding', rawToken(`${segment({ a: 1 })}=`, segment({}))],
    ['bytes that are not UTF-8', rawToken(Buffer.from('7b2261223a22ff227d', 'hex').toString('base64url'), segment({}))],
    ['a byte order mark', rawToken(Buffer.from('\ufeff{}').toString('base64url'), segment({}))],
    ['a type that is not text', rawToken(segment({ typ: 5 }), segment({}))],
    ['an extension that must be understood', rawToken(segment({ crit: ['b64'], b64: false }), segment({}))],
    ['more than the bound', rawToken(segment({}), segment({ a: 'a'.repeat(8192) }))],
  ])('%s', (_, token) => {
    expect(parseJwt(token)).toBeUndefined()
  })

  it('a token longer than the caller allows', () => {
    const token = rawToken(segment({}), segment({}))
    expect(parseJwt(token, { maxLength: token.length })).toBeDefined()
    expect(parseJwt(token, { maxLength: token.length - 1 })).toBeUndefined()
  })

  it('malformed text, without throwing', () => {
    const text = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
    )
    fc.assert(fc.property(fc.array(text, { maxLength: 4 }), (parts) => void parseJwt(parts.join('.'))))
  })
})

it('refuses an empty secret', () => {
  expect(() => hmacKey('')).toThrow(RangeError)
})

function spki(compressed: Uint8Array, curve: Curve): Buffer {
  const oids = { p256: '06082a8648ce3d030107', k256: '06052b8104000a' }
  const algorithm = Buffer.from(`06072a8648ce3d0201${oids[curve]}`, 'hex')
  const wrapped = (tag: number, content: Buffer) => Buffer.concat([Buffer.of(tag, content.length), content])
  return wrapped(0x30, Buffer.concat([wrapped(0x30, algorithm), wrapped(3, Buffer.of(0, ...compressed))]))
}
