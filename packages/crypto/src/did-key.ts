import { RecentMap } from '@atoll/recent-map'
import type { Curve } from './curves.ts'
import { InvalidKeyError } from './errors.ts'
import { type DidKey, decodeMultibase, didKeyScheme, readMultikey, writeMultikey } from './key-text.ts'
import { importPublicKey, type PublicKey } from './public-key.ts'

// Marked as free of effects, so that a bundle in which nothing is parsed is without the curves.
const parsed = /* @__PURE__ */ new RecentMap<string, PublicKey>({ maxSize: 10_000 })
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
  if (!text.startsWith(didKeyScheme)) throw new InvalidKeyError('not a did:key')
  return parseMultikey(text.slice(didKeyScheme.length))
}

/** The did:key of a public key. */
export function formatDidKey(key: PublicKey): DidKey {
  return `${didKeyScheme}${formatMultikey(key)}` as DidKey // a multikey begins with z
}

/**
 * The public key in `publicKeyMultibase` of a DID document's `Multikey`. @throws InvalidKeyError
 */
export function parseMultikey(text: string): PublicKey {
  const known = parsed.peek(text)
  if (known !== undefined) return known
  const { curve, bytes } = readMultikey(text)
  const key = importPublicKey(curve, bytes)
  remember(text, key)
  return key
}

/** A public key as `publicKeyMultibase` of a DID document's `Multikey`. */
export function formatMultikey(key: PublicKey): string {
  let text = formatted.get(key)
  if (text === undefined) {
    text = writeMultikey(key)
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

function remember(text: string, key: PublicKey): void {
  parsed.set(text, key)
  formatted.set(key, text)
}
