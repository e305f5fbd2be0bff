import { type Curve, hasLowS, isScalar, scalarLength } from './curves.ts'
import { type DidKey, parseDidKey } from './did-key.ts'
import { type PublicKey, verifierOf } from './public-key.ts'

/** How many bytes a compact signature has: r, then s. */
const signatureLength = 2 * scalarLength

/**
 * Whether a signature over the SHA-256 of a message is the key's. A signature of another length or encoding, out of
 * range or with a high S is `false`, never an error: each message has one valid form of a signature.
 * @throws InvalidKeyError when the key is not one
 */
export function verifySignature(key: PublicKey | DidKey, message: Uint8Array, signature: Uint8Array): boolean {
  const publicKey = typeof key === 'string' ? parseDidKey(key) : key
  const verify = verifierOf(publicKey)
  return isCanonical(publicKey.curve, signature) && verify(message, signature)
}

/** The name of a curve's signatures in a JSON Web Token. */
export function jwtAlgorithm(curve: Curve): 'ES256' | 'ES256K' {
  return curve === 'p256' ? 'ES256' : 'ES256K'
}

function isCanonical(curve: Curve, signature: Uint8Array): boolean {
  return (
    signature instanceof Uint8Array &&
    signature.length === signatureLength &&
    isScalar(curve, signature) &&
    isScalar(curve, signature, scalarLength) &&
    hasLowS(curve, signature)
  )
}
