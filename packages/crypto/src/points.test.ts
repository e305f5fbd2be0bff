import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nobleVerifying } from './noble.ts'
import { pointsOf } from './points.ts'

describe.each([
  ['p256', p256],
  ['k256', secp256k1],
] as const)('the points of %s', (curve, library) => {
  const { Point } = library
  const { n } = Point.CURVE()
  const ours = pointsOf(curve)
  const scalar = fc.bigInt({ min: 0n, max: n - 1n })

  it('are of the curve that the library knows by that name', () => {
    expect(ours.CURVE()).toEqual(Point.CURVE())
  })

  it('have the same sums of multiples, none included', () => {
    const [base, other] = [ours.BASE, Point.BASE]
    const known = fc.constantFrom(0n, 1n, 2n, n - 1n)
    fc.assert(
      fc.property(fc.oneof(scalar, known), fc.oneof(scalar, known), fc.bigInt({ min: 1n, max: n - 1n }), (a, b, k) => {
        const sum = base.mulAddUnsafe(a, base.multiplyUnsafe(k), b)
        const expected = other.multiplyUnsafe(a).add(other.multiplyUnsafe(k).multiplyUnsafe(b))
        expect(sum.is0()).toBe(expected.is0())
        if (!sum.is0()) expect(sum.toHex()).toBe(expected.toHex())
      }),
      { numRuns: 60 },
    )
  })

  it('verify what the library verifies, and nothing else', () => {
    const { verifier } = nobleVerifying(curve)
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
    const options = { lowS: false } as const
    const secret = bytes(32).filter((key) => library.utils.isValidSecretKey(key))
    fc.assert(
      fc.property(secret, bytes(40), fc.nat(511), (privateKey, message, bit) => {
        const key = library.getPublicKey(privateKey, false)
        const signature = library.sign(message, privateKey, options)
        const changed = signature.slice()
        changed[bit >> 3]! ^= 1 << (bit & 7)
        fc.pre(library.Point.Fn.isValidNot0(BigInt(`0x${Buffer.from(changed.subarray(32)).toString('hex')}`)))
        fc.pre(library.Point.Fn.isValidNot0(BigInt(`0x${Buffer.from(changed.subarray(0, 32)).toString('hex')}`)))
        const verify = verifier(key)
        expect([verify(message, signature), verify(message, changed)]).toEqual([true, false])
        expect(library.verify(changed, message, key, options)).toBe(false)
      }),
      { numRuns: 30 },
    )
  })

  it('refuse a signature whose sum is no point', () => {
    // With the message's digest times G negated as the key and r = s, the multiples cancel out.
    const message = Uint8Array.of(1, 2, 3)
    const digest = ours.Fn.create(BigInt(`0x${Buffer.from(sha256(message)).toString('hex')}`))
    const key = ours.BASE.multiplyUnsafe(digest).negate().toBytes(false)
    const one = Uint8Array.from({ length: 64 }, (_, at) => (at % 32 === 31 ? 1 : 0))
    expect(nobleVerifying(curve).verifier(key)(message, one)).toBe(false)
  })
})
