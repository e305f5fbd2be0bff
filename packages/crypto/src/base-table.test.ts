import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withBaseTable } from './base-table.ts'

describe.each([
  ['p256', p256.Point],
  ['k256', secp256k1.Point],
] as const)('multiples of the base point of %s', (_, Point) => {
  const { n } = Point.CURVE()
  const base = withBaseTable(Point).BASE
  const textOf = (scalar: bigint) => base.multiply(scalar).toHex()

  it('are those of the library, for any number', () => {
    const below = fc.bigInt({ min: 1n, max: n - 1n })
    fc.assert(
      fc.property(below, (scalar) => {
        expect(textOf(scalar)).toBe(Point.BASE.multiplyUnsafe(scalar).toHex())
      }),
      { numRuns: 200 },
    )
  })

  it('are those of the library at the edges of windows, of the order, and of the digits', () => {
    const powers = Array.from({ length: 256 }, (_, bit) => 1n << BigInt(bit))
    const edges = [1n, 2n, 3n, 63n, 64n, 65n, 127n, 128n, 129n, n - 1n, n - 2n, n / 2n, n / 2n + 1n]
    for (const scalar of [...edges, ...powers.filter((_, bit) => bit % 7 < 2)]) {
      if (scalar < n) expect(textOf(scalar)).toBe(Point.BASE.multiplyUnsafe(scalar).toHex())
    }
  })

  it('are the same however the blinding falls', () => {
    const texts = Array.from({ length: 20 }, () => textOf(n - 5n))
    expect(new Set(texts).size).toBe(1)
  })

  it('take numbers from one to the order less one, and no others', () => {
    for (const scalar of [0n, n, n + 1n, -1n]) expect(() => base.multiply(scalar)).toThrow(RangeError)
  })

  it('leave other points to the library', () => {
    const seven = base.multiply(7n)
    expect(seven.multiply(11n).toHex()).toBe(textOf(77n))
    expect(base.add(seven).toHex()).toBe(textOf(8n))
  })
})
