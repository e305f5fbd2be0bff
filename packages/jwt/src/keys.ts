/** Keys, each for one algorithm: a token cannot choose how it is verified. */
import { type DidKey, jwtAlgorithm, type KeyPair, type PublicKey, parseDidKey, verifySignature } from '@atoll/crypto'
import { equalInConstantTime, macOf } from './hmac.ts'

/** https://www.rfc-editor.org/rfc/rfc7518#section-3 and https://www.rfc-editor.org/rfc/rfc8812 */
export type JwtAlgorithm = 'HS256' | 'ES256' | 'ES256K'

export interface JwtSigner {
  readonly algorithm: JwtAlgorithm
  sign(message: Uint8Array): Uint8Array
}

export interface JwtVerifier {
  readonly algorithm: JwtAlgorithm
  verify(message: Uint8Array, signature: Uint8Array): boolean
}

/**
 * A secret that signs and verifies with HS256. RFC 7518 asks for 32 random bytes or more, which is
 * not checked here.
 * @throws RangeError for an empty secret
 */
export function hmacKey(secret: string | Uint8Array): JwtSigner & JwtVerifier {
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret
  if (bytes.length === 0) throw new RangeError('an empty secret')
  const mac = macOf(bytes)
  return {
    algorithm: 'HS256',
    sign: mac,
    verify: (message, signature) => equalInConstantTime(mac(message), signature),
  }
}

/** Signs with ES256 or ES256K, depending on the curve of the key pair. Signatures have a low S. */
export function ecdsaSigner(keyPair: KeyPair): JwtSigner {
  return { algorithm: jwtAlgorithm(keyPair.curve), sign: (message) => keyPair.sign(message) }
}

/**
 * Verifies ES256 or ES256K, depending on the curve of the key. Either form of S is accepted, since
 * general JWT libraries produce both: so a signature must not be used to identify a token.
 * @throws InvalidKeyError when the text is not a did:key
 */
export function ecdsaVerifier(key: PublicKey | DidKey): JwtVerifier {
  const publicKey = typeof key === 'string' ? parseDidKey(key) : key
  return {
    algorithm: jwtAlgorithm(publicKey.curve),
    verify: (message, signature) => verifySignature(publicKey, message, signature, { allowHighS: true }),
  }
}
