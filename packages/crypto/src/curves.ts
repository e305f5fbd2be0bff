/** The two curves of the AT Protocol: NIST P-256 (secp256r1) and K-256 (secp256k1). */
export type Curve = 'p256' | 'k256'

/** How many bytes a private key, a coordinate, or half a signature has. */
export const scalarLength = 32

/**
 * How many points each curve has, big-endian. Private keys and the halves of a signature lie below
 * it.
 */
const orders: Record<Curve, Uint8Array> = {
  p256: /* @__PURE__ */ fromHex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'),
  k256: /* @__PURE__ */ fromHex('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'),
}

/** Half of that, rounded down: the greatest low S. */
const halfOrders: Record<Curve, Uint8Array> = {
  p256: /* @__PURE__ */ fromHex('7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8'),
  k256: /* @__PURE__ */ fromHex('7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0'),
}

/** Whether 32 bytes starting there are a number from 1 to the order less 1. */
export function isScalar(curve: Curve, bytes: Uint8Array, start = 0): boolean {
  return !isZero(bytes, start) && compare(bytes, start, orders[curve]) < 0
}

/** Whether the S of a compact signature is at most half the order. */
export function hasLowS(curve: Curve, signature: Uint8Array): boolean {
  return compare(signature, scalarLength, halfOrders[curve]) <= 0
}

/**
 * Replaces a high S by its low twin, in place: both are valid for the same message, and only one
 * may be.
 */
export function lowerS(curve: Curve, signature: Uint8Array): Uint8Array {
  if (hasLowS(curve, signature)) return signature
  const order = orders[curve]
  let borrow = 0
  for (let at = scalarLength - 1; at >= 0; at--) {
    const difference = order[at]! - signature[scalarLength + at]! - borrow
    borrow = difference < 0 ? 1 : 0
    signature[scalarLength + at] = difference & 0xff
  }
  return signature
}

function compare(bytes: Uint8Array, start: number, limit: Uint8Array): number {
  for (let at = 0; at < scalarLength; at++) {
    const difference = bytes[start + at]! - limit[at]!
    if (difference !== 0) return difference
  }
  return 0
}

function isZero(bytes: Uint8Array, start: number): boolean {
  let any = 0
  for (let at = 0; at < scalarLength; at++) any |= bytes[start + at]!
  return any === 0
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from({ length: scalarLength }, (_, at) => Number.parseInt(text.slice(at * 2, at * 2 + 2), 16))
}
