import type { Curve } from './curves.ts'

/** What computes: `@noble/curves` everywhere, native code where `@atoll/crypto/node` put it. */
export type BackendName = 'noble' | 'openssl' | 'libsecp256k1'

/** Signs a message: SHA-256, then ECDSA, compact and low-S. */
export type Signer = (message: Uint8Array) => Uint8Array

/** Verifies a signature that is known to be 64 bytes, in range and low-S. */
export type Verifier = (message: Uint8Array, signature: Uint8Array) => boolean

/**
 * What verifying needs of one curve. Callers have checked lengths, prefixes and ranges, and keep
 * the verifiers, so these may be expensive to make.
 */
export interface VerifyingBackend {
  readonly name: BackendName
  readonly curve: Curve
  /** A compressed public key as 65 bytes, or `undefined` when it is not a point of the curve. */
  uncompressed(publicKey: Uint8Array): Uint8Array | undefined
  /** `publicKey` is uncompressed. */
  verifier(publicKey: Uint8Array): Verifier
}

/**
 * What private keys need of one curve, apart from the rest: most bundles only verify. Callers have
 * checked lengths and ranges, and keep the signers.
 */
export interface SigningBackend {
  readonly name: BackendName
  readonly curve: Curve
  /** The compressed public key of a private one. */
  publicKeyOf(privateKey: Uint8Array): Uint8Array
  signer(privateKey: Uint8Array): Signer
}

/** The arithmetic of one curve. */
export interface Backend extends VerifyingBackend, SigningBackend {}
