import { sha256 } from '@atoll/sha256'
import { ecdsa } from '@noble/curves/abstract/weierstrass.js'
import { sha256 as hash } from '@noble/hashes/sha2.js'
import type { Backend, SigningBackend, VerifyingBackend } from './backend.ts'
import { withBaseTable } from './base-table.ts'
import { type Curve, scalarLength } from './curves.ts'
import { pointsOf } from './points.ts'

// Said outright, because the library's defaults have changed between its versions. No extra
// entropy: RFC 6979.
const options = { prehash: true, lowS: true, format: 'compact', extraEntropy: false } as const

/** The portable backend: runs wherever JavaScript does. */
export function nobleBackend(curve: Curve): Backend {
  return { ...nobleVerifying(curve), ...nobleSigning(curve) }
}

/** The half that signs. */
export function nobleSigning(curve: Curve): SigningBackend {
  let made: ReturnType<typeof ecdsa> | undefined
  const signing = () => {
    made ??= ecdsa(withBaseTable(pointsOf(curve)), hash)
    return made
  }
  return {
    name: 'noble',
    curve,
    publicKeyOf: (privateKey) => signing().getPublicKey(privateKey, true),
    signer: (privateKey) => (message) => signing().sign(message, privateKey, options),
  }
}

/**
 * The half that verifies: ECDSA (FIPS 186-5, 6.4.2) by the library's arithmetic of points and
 * scalars. Its own `verify` comes with signing, recovery and DER in one function, a fifth of the
 * bundle, and reads the public key each time.
 */
export function nobleVerifying(curve: Curve): VerifyingBackend {
  return {
    name: 'noble',
    curve,
    uncompressed: (publicKey) => {
      try {
        return pointsOf(curve).fromBytes(publicKey).toBytes(false)
      } catch {
        return undefined
      }
    },
    verifier: (publicKey) => {
      const Point = pointsOf(curve)
      const { Fn } = Point
      let point: InstanceType<typeof Point> | undefined
      return (message, signature) => {
        point ??= Point.fromBytes(publicKey)
        const r = Fn.fromBytes(signature.subarray(0, scalarLength))
        const inverse = Fn.inv(Fn.fromBytes(signature.subarray(scalarLength)))
        const digest = Fn.create(Fn.fromBytes(sha256(message), true))
        const sum = Point.BASE.mulAddUnsafe(Fn.mul(digest, inverse), point, Fn.mul(r, inverse))
        return !sum.is0() && Fn.create(sum.toAffine().x) === r
      }
    },
  }
}
