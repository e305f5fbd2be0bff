import { type Curve, hasLowS, isScalar, lowerS, scalarLength } from './curves.ts'
import { parseDidKey } from './did-key.ts'
import type { DidKey } from './key-text.ts'
import { type PublicKey, verifierOf } from './public-key.ts'

/** How many bytes a compact signature has: r, then s. */
const signatureLength = 2 * scalarLength

export interface VerifyOptions {
  /**
   * Accept the twin of a signature too, with n - s for s (default `false`). The specification wants
   * the low S of whatever is kept and named by its content: commits, labels, operations of did:plc.
   * Tokens (JWT) are also signed by general libraries, which know no such rule (RFC 7518), and the
   * reference and the other servers take both forms of them; so service auth says `true`. Where it
   * is `true`, a signature must not serve as the identity of anything.
   */
  readonly allowHighS?: boolean
}

/**
 * Whether a signature over the SHA-256 of a message is the key's. A signature of another length or
 * encoding, out of range or (unless allowed) with a high S is `false`, never an error: each message
 * has one valid form of a signature.
 * @throws InvalidKeyError when the key is not one
 */
export function verifySignature(
  key: PublicKey | DidKey,
  message: Uint8Array,
  signature: Uint8Array,
  { allowHighS = false }: VerifyOptions = {},
): boolean {
  const publicKey = typeof key === 'string' ? parseDidKey(key) : key
  const { curve } = publicKey
  const verify = verifierOf(publicKey)
  if (!isCompact(curve, signature)) return false
  if (hasLowS(curve, signature)) return verify(message, signature)
  return allowHighS && verify(message, lowerS(curve, Uint8Array.from(signature)))
}

/** The name of a curve's signatures in a JSON Web Token. */
export function jwtAlgorithm(curve: Curve): 'ES256' | 'ES256K' {
  return curve === 'p256' ? 'ES256' : 'ES256K'
}

function isCompact(curve: Curve, signature: Uint8Array): boolean {
  return (
    signature instanceof Uint8Array &&
    signature.length === signatureLength &&
    isScalar(curve, signature) &&
    isScalar(curve, signature, scalarLength)
  )
}
