import { RecentMap } from '@atoll/recent-map'
import { fromString } from 'uint8arrays/from-string'
import { toString as toText } from 'uint8arrays/to-string'
import type { Curve } from './curves.ts'
import { InvalidKeyError } from './errors.ts'
import { importPublicKey, type PublicKey } from './public-key.ts'

/** A public key as a DID: https://atproto.com/specs/cryptography#public-key-encoding */
export type DidKey = `did:key:z${string}`

const scheme = 'did:key:'
// The multicodec numbers 0x1200 and 0xe7 as unsigned varints.
const codecs: Record<Curve, readonly [number, number]> = { p256: [0x80, 0x24], k256: [0xe7, 0x01] }

// Base58 decoding takes quadratic time, and the longest key here (65 bytes, legacy) has 89
// characters.
const maxLength = 100
const parsed = new RecentMap<string, PublicKey>({ maxSize: 10_000 })
const formatted = new WeakMap<PublicKey, string>()

/** Whether a value is the did:key of a point on one of the two curves. */
export function isDidKey(value: unknown): value is DidKey {
  if (typeof value !== 'string') return false
  try {
    parseDidKey(value)
    return true
  } catch (error) {
    if (error instanceof InvalidKeyError) return false
    throw error
  }
}

/**
 * The public key in a did:key. The last few thousand are kept, with what verifying by them needs.
 * @throws InvalidKeyError
 */
export function parseDidKey(text: string): PublicKey {
  if (!text.startsWith(scheme)) throw new InvalidKeyError('not a did:key')
  return parseMultikey(text.slice(scheme.length))
}

/** The did:key of a public key. */
export function formatDidKey(key: PublicKey): DidKey {
  return `${scheme}${formatMultikey(key)}` as DidKey // a multikey begins with z
}

/**
 * The public key in `publicKeyMultibase` of a DID document's `Multikey`. @throws InvalidKeyError
 */
export function parseMultikey(text: string): PublicKey {
  const known = parsed.peek(text)
  if (known !== undefined) return known
  const bytes = decodeMultibase(text)
  const curve = curveOf(bytes)
  if (curve === undefined) throw new InvalidKeyError('a key of another kind than P-256 and K-256')
  const key = importPublicKey(curve, requireCompressed(bytes.subarray(2)))
  remember(text, key)
  return key
}

/** A public key as `publicKeyMultibase` of a DID document's `Multikey`. */
export function formatMultikey(key: PublicKey): string {
  let text = formatted.get(key)
  if (text === undefined) {
    text = `z${toText(Uint8Array.of(...codecs[key.curve], ...key.bytes), 'base58btc')}`
    formatted.set(key, text)
  }
  return text
}

/**
 * The public key in `publicKeyMultibase` of the older verification methods,
 * `EcdsaSecp256r1VerificationKey2019` and `EcdsaSecp256k1VerificationKey2019`, which name the curve
 * in their type and carry the bare point.
 * @throws InvalidKeyError
 */
export function parseMultibaseKey(curve: Curve, text: string): PublicKey {
  return importPublicKey(curve, decodeMultibase(text))
}

function decodeMultibase(text: string): Uint8Array {
  if (!text.startsWith('z') || text.length > maxLength) throw new InvalidKeyError('not a key in base58btc')
  try {
    return fromString(text.slice(1), 'base58btc')
  } catch {
    throw new InvalidKeyError('not a key in base58btc')
  }
}

function curveOf(bytes: Uint8Array): Curve | undefined {
  const curves: Curve[] = ['p256', 'k256']
  return curves.find((curve) => codecs[curve].every((byte, at) => bytes[at] === byte))
}

function requireCompressed(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== 33) throw new InvalidKeyError(`a public key of ${bytes.length} bytes`)
  return bytes
}

function remember(text: string, key: PublicKey): void {
  parsed.set(text, key)
  formatted.set(key, text)
}
