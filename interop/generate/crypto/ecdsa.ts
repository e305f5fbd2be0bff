// ECDSA from its definition (FIPS 186-5, section 6.4), on points that OpenSSL multiplies: every
// number of a signature is available, so that each can be wrong by itself.
import { createECDH, createHash } from 'node:crypto'

export type CurveName = 'p256' | 'k256'

interface Curve {
  openssl: string
  /** The prime of the field, the order of the group, and the coefficients of y² = x³ + ax + b. */
  p: bigint
  n: bigint
  a: bigint
  b: bigint
}

const p256prime = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
export const curves: Record<CurveName, Curve> = {
  p256: {
    openssl: 'prime256v1',
    p: p256prime,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    a: p256prime - 3n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  k256: {
    openssl: 'secp256k1',
    p: 2n ** 256n - 2n ** 32n - 977n,
    n: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
    a: 0n,
    b: 7n,
  },
}

export interface Signature {
  r: bigint
  s: bigint
}

export function publicPoint(
  curve: CurveName,
  secret: bigint,
  form: 'compressed' | 'uncompressed' | 'hybrid',
): Uint8Array {
  const ecdh = createECDH(curves[curve].openssl)
  ecdh.setPrivateKey(toBytes(secret))
  return Uint8Array.from(ecdh.getPublicKey(null, form))
}

/** The signature of a message, with the lower of the two values for s. */
export function sign(curve: CurveName, secret: bigint, message: Uint8Array, hash = 'sha256'): Signature {
  return signDigest(curve, secret, createHash(hash).update(message).digest().subarray(0, 32))
}

export function signDigest(curve: CurveName, secret: bigint, digest: Uint8Array): Signature {
  const { n } = curves[curve]
  // Any secret nonce would do; these are the same in every run, and the keys are public anyway.
  const seed = createHash('sha256').update(toBytes(secret)).update(digest).digest()
  const nonce = (fromBytes(seed) % (n - 1n)) + 1n
  const r = fromBytes(publicPoint(curve, nonce, 'compressed').subarray(1)) % n
  const s = modulo(inverse(nonce, n) * (fromBytes(digest) + r * secret), n)
  return lowered(curve, { r, s })
}

export function lowered(curve: CurveName, { r, s }: Signature): Signature {
  const { n } = curves[curve]
  return { r, s: s > n / 2n ? n - s : s }
}

export function raised(curve: CurveName, { r, s }: Signature): Signature {
  return { r, s: curves[curve].n - lowered(curve, { r, s }).s }
}

/** The form that the protocol uses: r and s in 32 bytes each. */
export function compact({ r, s }: Signature): Uint8Array {
  return Uint8Array.of(...toBytes(r), ...toBytes(s))
}

/** The form of X.509 (DER): two integers in as few bytes as possible. */
export function der({ r, s }: Signature): Uint8Array {
  const integer = (value: bigint) => {
    const bytes = [...toBytes(value)]
    while (bytes.length > 1 && bytes[0] === 0 && bytes[1]! < 0x80) bytes.shift()
    if (bytes[0]! >= 0x80) bytes.unshift(0)
    return [2, bytes.length, ...bytes]
  }
  const content = [...integer(r), ...integer(s)]
  return Uint8Array.of(0x30, content.length, ...content)
}

/** The smallest x, from `from` on, that no point of the curve has. */
export function strangerTo(curve: CurveName, from: bigint): bigint {
  const { p, a, b } = curves[curve]
  for (let x = from; ; x++) if (power(x ** 3n + a * x + b, (p - 1n) / 2n, p) === p - 1n) return x
}

export function toBytes(value: bigint, length = 32): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => Number((value >> BigInt(8 * (length - 1 - index))) & 255n))
}

export function fromBytes(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)
}

function inverse(value: bigint, prime: bigint): bigint {
  return power(value, prime - 2n, prime)
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = modulo(base, modulus)
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

function modulo(value: bigint, modulus: bigint): bigint {
  return ((value % modulus) + modulus) % modulus
}
