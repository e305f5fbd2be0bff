import { Field, pow2 } from '@noble/curves/abstract/modular.js'
import { type WeierstrassPointCons, weierstrass } from '@noble/curves/abstract/weierstrass.js'
import type { Curve } from './curves.ts'

const made: Partial<Record<Curve, WeierstrassPointCons<bigint>>> = {}

/**
 * The points of a curve, made when they are first asked for. The library's own modules of the two
 * curves make them with signing, and so every bundle that verifies would have that too.
 */
export function pointsOf(curve: Curve): WeierstrassPointCons<bigint> {
  made[curve] ??= curve === 'p256' ? p256() : k256()
  return made[curve]
}

/** https://csrc.nist.gov/pubs/sp/800/186/final, 3.2.1.3 */
function p256(): WeierstrassPointCons<bigint> {
  const p = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn
  return weierstrass({
    p,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    h: 1n,
    a: p - 3n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    Gx: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
    Gy: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
  })
}

const k256Field = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn

/** https://www.secg.org/sec2-v2.pdf, 2.4.1 */
function k256(): WeierstrassPointCons<bigint> {
  const short = 0x3086d221a7d46bcde86c90e49284eb15n
  return weierstrass(
    {
      p: k256Field,
      n: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
      h: 1n,
      a: 0n,
      b: 7n,
      Gx: 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
      Gy: 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
    },
    {
      Fp: Field(k256Field, { sqrt: k256Root }),
      // A cube root of one, and the short vectors that go with it: a multiplication takes half the
      // doublings (Gallant, Lambert and Vanstone).
      endo: {
        beta: 0x7ae96a2b657c07106e64479eac3434e99cf0497512f58995c1396c28719501een,
        basises: [
          [short, -0xe4437ed6010e88286f547fa90abfe4c3n],
          [0x114ca50f7a8e2f3f657c1108d9d44cfd8n, short],
        ],
      },
    },
  )
}

/**
 * A square root modulo `k256Field`: the number to the power of (p + 1)/4, which in binary is 223
 * ones, a zero, 22 ones, four zeros, two ones and two zeros. Powers of ones alone come from shorter
 * ones, which takes half the multiplications of the general way; each new key is one root.
 */
function k256Root(square: bigint): bigint {
  const then = (power: bigint, bits: bigint, ones: bigint) => (pow2(power, bits, k256Field) * ones) % k256Field
  const ones2 = then(square, 1n, square)
  const ones3 = then(ones2, 1n, square)
  const ones6 = then(ones3, 3n, ones3)
  const ones9 = then(ones6, 3n, ones3)
  const ones11 = then(ones9, 2n, ones2)
  const ones22 = then(ones11, 11n, ones11)
  const ones44 = then(ones22, 22n, ones22)
  const ones88 = then(ones44, 44n, ones44)
  const ones176 = then(ones88, 88n, ones88)
  const ones223 = then(then(ones176, 44n, ones44), 3n, ones3)
  const root = pow2(then(then(ones223, 23n, ones22), 6n, ones2), 2n, k256Field)
  if ((root * root) % k256Field !== square) throw new RangeError('no square')
  return root
}
