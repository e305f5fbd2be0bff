import type { Signer, SigningBackend } from './backend.ts'
import { type Curve, isScalar, scalarLength } from './curves.ts'
import { formatDidKey } from './did-key.ts'
import { InvalidKeyError } from './errors.ts'
import { signingBackendOf } from './installed-backends.ts'
import type { DidKey } from './key-text.ts'
import { importPublicKey, type PublicKey } from './public-key.ts'

/** A private key and what follows from it. */
export interface KeyPair {
  readonly curve: Curve
  readonly publicKey: PublicKey
  didKey(): DidKey
  /** Signs the SHA-256 of a message. The signature is compact (64 bytes) and low-S. */
  sign(message: Uint8Array): Uint8Array
  /** The 32 bytes from which `importKeyPair` makes this pair again. */
  exportPrivateKey(): Uint8Array
}

/** A new key pair from the runtime's secure randomness. */
export function generateKeyPair(curve: Curve): KeyPair {
  const privateKey = new Uint8Array(scalarLength)
  do crypto.getRandomValues(privateKey)
  while (!isScalar(curve, privateKey))
  return importKeyPair(curve, privateKey)
}

/**
 * The key pair of a private key of 32 bytes.
 * @throws InvalidKeyError for another length, zero, or a number past the order
 */
export function importKeyPair(curve: Curve, privateKey: Uint8Array): KeyPair {
  if (privateKey.length !== scalarLength) throw new InvalidKeyError(`a private key of ${privateKey.length} bytes`)
  if (!isScalar(curve, privateKey)) throw new InvalidKeyError('a private key out of range')
  return new StoredKeyPair(curve, privateKey.slice())
}

class StoredKeyPair implements KeyPair {
  readonly publicKey: PublicKey
  // Private to the language, so that no log line or error dump shows it.
  readonly #privateKey: Uint8Array
  #backend: SigningBackend
  #sign: Signer
  readonly curve: Curve

  constructor(curve: Curve, privateKey: Uint8Array) {
    this.curve = curve
    this.#privateKey = privateKey
    this.#backend = signingBackendOf(curve)
    this.#sign = this.#backend.signer(privateKey)
    this.publicKey = importPublicKey(curve, this.#backend.publicKeyOf(privateKey))
  }

  didKey(): DidKey {
    return formatDidKey(this.publicKey)
  }

  sign(message: Uint8Array): Uint8Array {
    const backend = signingBackendOf(this.curve)
    if (backend !== this.#backend) {
      this.#backend = backend
      this.#sign = backend.signer(this.#privateKey)
    }
    return this.#sign(message)
  }

  exportPrivateKey(): Uint8Array {
    return this.#privateKey.slice()
  }
}
