import type { Verifier, VerifyingBackend } from './backend.ts'
import { type Curve, scalarLength } from './curves.ts'
import { InvalidKeyError } from './errors.ts'
import { verifyingBackendOf } from './installed-backends.ts'
import { compressPoint } from './key-text.ts'

/** A public key: a point of its curve in compressed form. */
export interface PublicKey {
  readonly curve: Curve
  /** 33 bytes. */
  readonly bytes: Uint8Array
}

const compressedLength = scalarLength + 1
const uncompressedLength = 2 * scalarLength + 1

const verifiers = new WeakMap<PublicKey, { backend: VerifyingBackend; verify: Verifier }>()

/**
 * A public key from its compressed (33 bytes) or uncompressed (65 bytes) form.
 * @throws InvalidKeyError
 */
export function importPublicKey(curve: Curve, bytes: Uint8Array): PublicKey {
  const key = { curve, bytes: bytes.length === uncompressedLength ? compressPoint(bytes) : bytes.slice() }
  const point = pointOf(key)
  if (bytes.length === uncompressedLength && !point.every((byte, at) => byte === bytes[at])) throw offCurve(curve)
  remember(key, point)
  return key
}

/**
 * What verifies for a key, made once for each backend.
 * @throws InvalidKeyError for a key that nothing of this package made
 */
export function verifierOf(key: PublicKey): Verifier {
  const known = verifiers.get(key)
  if (known?.backend === verifyingBackendOf(key.curve)) return known.verify
  return remember(key, pointOf(key))
}

function remember(key: PublicKey, point: Uint8Array): Verifier {
  const backend = verifyingBackendOf(key.curve)
  const verify = backend.verifier(point)
  verifiers.set(key, { backend, verify })
  return verify
}

function pointOf({ curve, bytes }: PublicKey): Uint8Array {
  if (bytes.length !== compressedLength) throw new InvalidKeyError(`a public key of ${bytes.length} bytes`)
  if (bytes[0] !== 2 && bytes[0] !== 3) throw new InvalidKeyError('not a compressed point')
  const point = verifyingBackendOf(curve).uncompressed(bytes)
  if (point === undefined) throw offCurve(curve)
  return point
}

function offCurve(curve: Curve): InvalidKeyError {
  return new InvalidKeyError(`not a point of ${curve}`)
}
