export type { BackendName } from './backend.ts'
export { decodeBase64Url, encodeBase64Url } from './base64url.ts'
export type { Curve } from './curves.ts'
export {
  formatDidKey,
  formatMultikey,
  isDidKey,
  parseDidKey,
  parseMultibaseKey,
  parseMultikey,
} from './did-key.ts'
export { InvalidKeyError } from './errors.ts'
export { currentBackends } from './installed-backends.ts'
export { generateKeyPair, importKeyPair, type KeyPair } from './key-pair.ts'
export { type DidKey, didKeyOfMultibaseKey, didKeyOfMultikey } from './key-text.ts'
export { importPublicKey, type PublicKey } from './public-key.ts'
export { jwtAlgorithm, type VerifyOptions, verifySignature } from './signature.ts'
