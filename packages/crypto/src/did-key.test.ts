import { vectorSources } from '@atoll/testkit'
import { fromString } from 'uint8arrays/from-string'
import { toString as toText } from 'uint8arrays/to-string'
import { describe, expect, it } from 'vitest'
import { everyBackend, withBackend } from '../test/every-backend.ts'
import { formatDidKey, formatMultikey, isDidKey, parseDidKey, parseMultibaseKey, parseMultikey } from './did-key.ts'
import { InvalidKeyError } from './errors.ts'
import { generateKeyPair, importKeyPair } from './key-pair.ts'
import type { DidKey } from './key-text.ts'
import { jwtAlgorithm, verifySignature } from './signature.ts'

interface KeyVector {
  privateKeyBytesHex?: string
  privateKeyBytesBase58?: string
  publicDidKey: DidKey
}

interface SignatureVector {
  comment: string
  messageBase64: string
  algorithm: string
  publicKeyDid: DidKey
  publicKeyMultibase: string
  signatureBase64: string
  validSignature: boolean
}

interface DidKeyVector {
  note: string
  didKey: string
  valid: boolean
  curve?: string
  publicKeyHex?: string
}

const cases = vectorSources().flatMap((source) =>
  everyBackend().map((backend) => [source.name, `${backend.name} ${backend.curve}`, source, backend] as const),
)

describe.each(cases)('the %s vectors, by %s', (_, __, source, backend) => {
  const { curve } = backend
  const keyVectors = {
    p256: source.json('crypto/w3c_didkey_P256.json') as KeyVector[],
    k256: source.json('crypto/w3c_didkey_K256.json') as KeyVector[],
  }
  const signatureVectors = source.json('crypto/signature-fixtures.json') as SignatureVector[]

  it('has all of them', () => {
    const counts = [keyVectors.p256.length, keyVectors.k256.length, signatureVectors.length]
    if (source.name === 'published') expect(counts).toEqual([1, 5, 6])
    for (const [index, least] of [1, 5, 6].entries()) expect(counts[index]).toBeGreaterThanOrEqual(least)
  })

  it('gives each private key its did:key', () => {
    withBackend(backend, () => {
      for (const { privateKeyBytesHex, privateKeyBytesBase58, publicDidKey } of keyVectors[curve]) {
        const bytes =
          privateKeyBytesHex === undefined
            ? fromString(privateKeyBytesBase58!, 'base58btc')
            : fromString(privateKeyBytesHex, 'base16')
        const pair = importKeyPair(curve, bytes)
        expect(pair.didKey()).toBe(publicDidKey)
        expect(parseDidKey(publicDidKey)).toEqual(pair.publicKey)
      }
    })
  })

  it.each(signatureVectors.filter(({ algorithm }) => algorithm === jwtAlgorithm(curve)))(
    'judges the $comment',
    ({ messageBase64, publicKeyDid, publicKeyMultibase, signatureBase64, validSignature }) => {
      withBackend(backend, () => {
        const message = fromString(messageBase64, 'base64')
        const signature = fromString(signatureBase64, 'base64')
        expect(verifySignature(publicKeyDid, message, signature)).toBe(validSignature)
        expect(verifySignature(parseMultibaseKey(curve, publicKeyMultibase), message, signature)).toBe(validSignature)
        expect(formatDidKey(parseMultibaseKey(curve, publicKeyMultibase))).toBe(publicKeyDid)
      })
    },
  )
})

describe.each(everyBackend().map((backend) => [`${backend.name} ${backend.curve}`, backend] as const))(
  'our own did:keys, by %s',
  (_, backend) => {
    const all = vectorSources()[0]!.json('crypto/did-keys.json') as DidKeyVector[]

    it.each(all.filter(({ note }) => note.startsWith(backend.curve)))(
      '$note',
      ({ didKey, valid, curve, publicKeyHex }) => {
        withBackend(backend, () => {
          expect(isDidKey(didKey)).toBe(valid)
          if (!valid) return expect(() => parseDidKey(didKey)).toThrow(InvalidKeyError)
          const key = parseDidKey(didKey)
          expect([key.curve, toText(key.bytes, 'base16'), formatDidKey(key)]).toEqual([curve, publicKeyHex, didKey])
        })
      },
    )
  },
)

describe('did:key and Multikey', () => {
  it('give back the key that went in', () => {
    for (const curve of ['p256', 'k256'] as const) {
      const { publicKey } = generateKeyPair(curve)
      expect(parseDidKey(formatDidKey(publicKey))).toEqual(publicKey)
      expect(parseMultikey(formatMultikey(publicKey))).toEqual(publicKey)
      expect(formatDidKey(publicKey)).toBe(`did:key:${formatMultikey(publicKey)}`)
    }
  })

  it('can be told by their first letters', () => {
    expect(generateKeyPair('p256').didKey()).toMatch(/^did:key:zDn/)
    expect(generateKeyPair('k256').didKey()).toMatch(/^did:key:zQ3s/)
  })

  it('share one parsed key for one text', () => {
    const did = generateKeyPair('k256').didKey()
    expect(parseDidKey(did)).toBe(parseDidKey(did))
    expect(parseMultikey(did.slice('did:key:'.length))).toBe(parseDidKey(did))
  })

  const { publicKey } = generateKeyPair('k256')
  const good = formatDidKey(publicKey)
  const withBytes = (...bytes: number[]) => `did:key:z${toText(Uint8Array.from(bytes), 'base58btc')}`

  it.each([
    ['empty text', ''],
    ['another DID', 'did:plc:7iza6de2dwap2sbkpav7c6c6'],
    ['a Multikey without its scheme', formatMultikey(publicKey)],
    ['upper-case scheme', good.replace('did', 'DID')],
    ['no key', 'did:key:'],
    ['an empty key', 'did:key:z'],
    ['a fragment', `${good}#key`],
    ['white space after it', `${good} `],
    ['a letter that base58 leaves out', good.replace(/.$/, '0')],
    ['another multibase', `did:key:u${toText(Uint8Array.of(0xe7, 1, ...publicKey.bytes), 'base64url')}`],
    ['an Ed25519 key', withBytes(0xed, 0x01, ...publicKey.bytes.slice(1))],
    ['the codec of P-384', withBytes(0x81, 0x24, ...publicKey.bytes)],
    ['a codec in more bytes than needed', withBytes(0xe7, 0x81, 0x00, ...publicKey.bytes)],
    ['no codec', withBytes(...publicKey.bytes)],
    ['a leading zero byte', withBytes(0, 0xe7, 0x01, ...publicKey.bytes)],
    ['a byte too many', withBytes(0xe7, 0x01, ...publicKey.bytes, 0)],
    ['a byte too few', withBytes(0xe7, 0x01, ...publicKey.bytes.slice(0, 32))],
    ['an uncompressed point', withBytes(0xe7, 0x01, ...uncompressed())],
    ['a point of no curve', withBytes(0xe7, 0x01, 2, ...new Uint8Array(32).fill(0xff))],
    ['a hundred thousand letters', `did:key:z${'a'.repeat(100_000)}`],
  ])('refuse %s', (_, text) => {
    expect(() => parseDidKey(text)).toThrow(InvalidKeyError)
    expect(isDidKey(text)).toBe(false)
  })

  it('are recognised, and nothing else is', () => {
    expect([good, undefined, null, 1, {}, [good]].filter(isDidKey)).toEqual([good])
  })

  it('reads the older form of a DID document, as in the DID specification', () => {
    const older = 'zQYEBzXeuTM9UR3rfvNag6L3RNAs5pQZyYPsomTsgQhsxLdEgCrPTLgFna8yqCnxPpNT7DBk6Ym3dgPKNu86vt9GR'
    const newer = 'zQ3shXjHeiBuRCKmM36cuYnm7YEMzhGnCmCyW92sRJ9pribSF'
    expect(parseMultibaseKey('k256', older)).toEqual(parseMultikey(newer))
    expect(() => parseMultibaseKey('p256', older)).toThrow(InvalidKeyError)
    expect(() => parseMultibaseKey('k256', newer)).toThrow(InvalidKeyError)
  })

  it('are kept up to a limit, the oldest forgotten first', () => {
    withBackend(everyBackend().at(-1)!, () => {
      const texts = Array.from({ length: 10_001 }, () => generateKeyPair('k256').didKey())
      const keys = texts.map(parseDidKey)
      expect(parseDidKey(texts[10_000]!)).toBe(keys[10_000])
      expect(parseDidKey(texts[1]!)).toBe(keys[1])
      expect(parseDidKey(texts[0]!)).not.toBe(keys[0])
      expect(parseDidKey(texts[0]!)).toEqual(keys[0])
    })
  })

  function uncompressed(): Uint8Array {
    return everyBackend()
      .find(({ curve }) => curve === 'k256')!
      .uncompressed(publicKey.bytes)!
  }
})
