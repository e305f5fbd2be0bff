import { fromString } from 'uint8arrays/from-string'
import { toString as toText } from 'uint8arrays/to-string'
import { expect, it } from 'vitest'
import { isDidKey, parseDidKey, parseMultibaseKey } from './did-key.ts'
import { InvalidKeyError } from './errors.ts'
import { generateKeyPair } from './key-pair.ts'
import { didKeyOfMultibaseKey, didKeyOfMultikey } from './key-text.ts'
import { verifySignature } from './signature.ts'

const multikeyOf = (bytes: number[]) => `z${toText(Uint8Array.from(bytes), 'base58btc')}`
const k256Legacy = 'zQYEBzXeuTM9UR3rfvNag6L3RNAs5pQZyYPsomTsgQhsxLdEgCrPTLgFna8yqCnxPpNT7DBk6Ym3dgPKNu86vt9GR'

it.each(['p256', 'k256'] as const)('the did:key of a Multikey is that of the key: %s', (curve) => {
  for (let count = 0; count < 20; count++) {
    const didKey = generateKeyPair(curve).didKey()
    expect(didKeyOfMultikey(didKey.slice('did:key:'.length))).toBe(didKey)
  }
})

it.each(['p256', 'k256'] as const)('the older form gives the same did:key: %s', (curve) => {
  const { publicKey } = generateKeyPair(curve)
  const text = `z${toText(publicKey.bytes, 'base58btc')}`
  const didKey = didKeyOfMultibaseKey(curve, text)
  expect(parseDidKey(didKey)).toEqual(parseMultibaseKey(curve, text))
})

it('the older form may be uncompressed', () => {
  expect(didKeyOfMultibaseKey('k256', k256Legacy)).toBe('did:key:zQ3shXjHeiBuRCKmM36cuYnm7YEMzhGnCmCyW92sRJ9pribSF')
})

it('a key that is no point of its curve is well-formed text, and refused when something is verified by it', () => {
  const offCurve = multikeyOf([0xe7, 0x01, 2, ...Array(32).fill(0xff)])
  const didKey = didKeyOfMultikey(offCurve)
  expect(didKey).toBe(`did:key:${offCurve}`)
  expect(isDidKey(didKey)).toBe(false)
  expect(() => verifySignature(didKey, new Uint8Array(), new Uint8Array(64))).toThrow(InvalidKeyError)
})

it.each([
  ['no base58btc', 'u5wEC'],
  ['characters that base58 lacks', 'z0OIl'],
  ['nothing', 'z'],
  ['another kind', 'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'],
  ['too few bytes', multikeyOf([0x80, 0x24, 2, ...Array(31).fill(1)])],
  ['too many bytes', multikeyOf([0x80, 0x24, 2, ...Array(33).fill(1)])],
  ['a prefix of no point', multikeyOf([0x80, 0x24, 5, ...Array(32).fill(1)])],
  ['very long text', `z${'2'.repeat(10_000)}`],
])('refuses a Multikey with %s', (_, text) => {
  expect(() => didKeyOfMultikey(text)).toThrow(InvalidKeyError)
})

it.each([
  ['of another length', multikeyOf([2, ...Array(30).fill(1)])],
  ['with the prefix of no point', multikeyOf([5, ...Array(32).fill(1)])],
  ['uncompressed with the prefix of no point', multikeyOf([5, ...Array(64).fill(1)])],
  ['in another base', `m${toText(fromString('ab', 'base58btc'), 'base64')}`],
])('refuses an older key %s', (_, text) => {
  expect(() => didKeyOfMultibaseKey('p256', text)).toThrow(InvalidKeyError)
})
