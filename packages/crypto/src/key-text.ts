import { RecentMap } from '@atoll/recent-map'
import { decodeBase58, encodeBase58 } from './base58.ts'
import { type Curve, scalarLength } from './curves.ts'
import { InvalidKeyError } from './errors.ts'

/** A public key as a DID: https://atproto.com/specs/cryptography#public-key-encoding */
export type DidKey = `did:key:z${string}`

/**
 * What the text of a key says. Whether the bytes are a point of the curve is known when the key is
 * parsed.
 */
export interface KeyText {
  readonly curve: Curve
  /** 33 bytes, and 65 from the older verification methods. */
  readonly bytes: Uint8Array
}

export const didKeyScheme = 'did:key:'

const compressedLength = scalarLength + 1
const uncompressedLength = 2 * scalarLength + 1

// The multicodec numbers 0x1200 and 0xe7 as unsigned varints.
const codecs: Record<Curve, readonly [number, number]> = { p256: [0x80, 0x24], k256: [0xe7, 0x01] }

// Base58 decoding takes quadratic time, and the longest key here (65 bytes, legacy) has 89
// characters.
const maxLength = 100

/**
 * Those seen last: whoever follows a stream reads the keys of the same accounts again and again.
 * Marked as free of effects, so that a bundle without it leaves it out.
 */
const wellFormed = /* @__PURE__ */ new RecentMap<string, DidKey>({ maxSize: 10_000 })

/** The curve and the bytes in a `Multikey`. @throws InvalidKeyError */
export function readMultikey(text: string): KeyText {
  const bytes = decodeMultibase(text)
  const curves: Curve[] = ['p256', 'k256']
  const curve = curves.find((curve) => codecs[curve].every((byte, at) => bytes[at] === byte))
  if (curve === undefined) throw new InvalidKeyError('a key of another kind than P-256 and K-256')
  return { curve, bytes: requireCompressed(bytes.subarray(2)) }
}

/** Compressed bytes as a `Multikey`. */
export function writeMultikey({ curve, bytes }: KeyText): string {
  return `z${encodeBase58(Uint8Array.of(...codecs[curve], ...bytes))}`
}

/** The bytes of multibase text in base58btc. @throws InvalidKeyError */
export function decodeMultibase(text: string): Uint8Array {
  if (!text.startsWith('z') || text.length > maxLength) throw new InvalidKeyError('not a key in base58btc')
  return decodeBase58(text.slice(1))
}

/** A point of 65 bytes as 33. @throws InvalidKeyError */
export function compressPoint(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 4) throw new InvalidKeyError('not an uncompressed point')
  const isOdd = bytes[uncompressedLength - 1]! & 1
  return Uint8Array.of(2 + isOdd, ...bytes.subarray(1, compressedLength))
}

/**
 * The did:key of a key that a DID document has as a `Multikey`, for showing, comparing and passing
 * on. Nothing is computed: the text is well-formed, and whether it is a point of its curve is known
 * when something is verified by it.
 * @throws InvalidKeyError for another form or kind
 */
export function didKeyOfMultikey(text: string): DidKey {
  const known = wellFormed.peek(text)
  if (known !== undefined) return known
  requirePrefix(readMultikey(text).bytes)
  const didKey = `${didKeyScheme}${text}` as DidKey // a multikey begins with z, and has one spelling
  wellFormed.set(text, didKey)
  return didKey
}

/**
 * The did:key of a key in one of the older verification methods, in the same way.
 * @throws InvalidKeyError for another form
 */
export function didKeyOfMultibaseKey(curve: Curve, text: string): DidKey {
  const bytes = decodeMultibase(text)
  const compressed = bytes.length === uncompressedLength ? compressPoint(bytes) : requireCompressed(bytes)
  const multikey = writeMultikey({ curve, bytes: requirePrefix(compressed) })
  return `${didKeyScheme}${multikey}` as DidKey
}

function requireCompressed(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== compressedLength) throw new InvalidKeyError(`a public key of ${bytes.length} bytes`)
  return bytes
}

function requirePrefix(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 2 && bytes[0] !== 3) throw new InvalidKeyError('not a compressed point')
  return bytes
}
