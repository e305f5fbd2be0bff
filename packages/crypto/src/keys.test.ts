import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { everyBackend, withBackend } from '../test/every-backend.ts'
import type { Curve } from './curves.ts'
import { InvalidKeyError } from './errors.ts'
import { generateKeyPair, importKeyPair } from './key-pair.ts'
import { importPublicKey } from './public-key.ts'
import { jwtAlgorithm, verifySignature } from './signature.ts'

const curves: Curve[] = ['p256', 'k256']
const orders: Record<Curve, string> = {
  p256: 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
  k256: 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141',
}
const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'))

describe.each(curves)('private keys of %s', (curve) => {
  const order = bytesOf(orders[curve])
  const plus = (difference: number) => {
    const key = order.slice()
    key[31]! += difference
    return key
  }

  it.each([
    ['no bytes', new Uint8Array(0)],
    ['31 bytes', new Uint8Array(31).fill(1)],
    ['33 bytes', new Uint8Array(33).fill(1)],
    ['zero', new Uint8Array(32)],
    ['the order', order],
    ['the order and one', plus(1)],
    ['the greatest number', new Uint8Array(32).fill(0xff)],
  ])('cannot be %s', (_, key) => {
    expect(() => importKeyPair(curve, key)).toThrow(InvalidKeyError)
  })

  it('can be one and the order less one, on every backend', () => {
    const smallest = new Uint8Array(32)
    smallest[31] = 1
    for (const backend of everyBackend().filter((one) => one.curve === curve)) {
      withBackend(backend, () => {
        const first = importKeyPair(curve, smallest).publicKey.bytes
        const last = importKeyPair(curve, plus(-1)).publicKey.bytes
        expect(first.slice(1)).toEqual(last.slice(1)) // G and -G share their x
        expect(first[0]! ^ last[0]!).toBe(1)
      })
    }
  })

  it('come back from an export as the same pair', () => {
    const pair = generateKeyPair(curve)
    const copy = importKeyPair(curve, pair.exportPrivateKey())
    expect([copy.didKey(), copy.exportPrivateKey()]).toEqual([pair.didKey(), pair.exportPrivateKey()])
  })

  it('are copied in and out, so that wiping or changing those bytes changes no key', () => {
    const given = generateKeyPair(curve).exportPrivateKey()
    const kept = given.slice()
    const pair = importKeyPair(curve, given)
    given.fill(0)
    pair.exportPrivateKey().fill(0)
    expect(pair.exportPrivateKey()).toEqual(kept)
    expect(verifySignature(pair.publicKey, kept, pair.sign(kept))).toBe(true)
  })

  it('are new each time', () => {
    expect(new Set(Array.from({ length: 20 }, () => generateKeyPair(curve).didKey())).size).toBe(20)
  })

  it('do not show in what a log prints, nor in the error that refuses one', () => {
    const pair = generateKeyPair(curve)
    const secret = pair.exportPrivateKey()
    const shown = inspect(pair, { depth: 9, showHidden: true }) + JSON.stringify(pair)
    expect(shown).not.toContain(Buffer.from(secret).toString('hex'))
    expect(shown).not.toContain([...secret].join(', '))
    expect(JSON.stringify(pair)).not.toContain([...secret].join(','))
  })
})

describe.each(everyBackend().map((backend) => [`${backend.name} ${backend.curve}`, backend] as const))(
  'public keys, by %s',
  (_, backend) => {
    const { curve } = backend
    const { bytes } = generateKeyPair(curve).publicKey
    const field = curve === 'p256' ? `ffffffff00000001${'0'.repeat(24)}${'f'.repeat(24)}` : `${'f'.repeat(55)}efffffc2f`

    it.each([
      ['of no bytes', new Uint8Array(0)],
      ['of one byte, the point at infinity', Uint8Array.of(0)],
      ['of 32 bytes, x alone', bytes.slice(1)],
      ['of 34 bytes', Uint8Array.of(...bytes, 0)],
      ['with the prefix of no form', Uint8Array.of(1, ...bytes.slice(1))],
      ['with the prefix of an uncompressed point', Uint8Array.of(4, ...bytes.slice(1))],
      ['of 64 bytes without a prefix', new Uint8Array(64).fill(1)],
      ['uncompressed, of zeros', Uint8Array.of(4, ...new Uint8Array(64))],
      ['uncompressed, with the prefix of the hybrid form', hybrid()],
      ['of zeros, compressed', Uint8Array.of(2, ...new Uint8Array(32))],
      ['with x the field', bytesOf(`02${field}`)],
      ['with x past the field', bytesOf(`02${'f'.repeat(64)}`)],
      ['with x of no point', Uint8Array.of(2, ...new Uint8Array(31), noPoint())],
    ])('cannot be %s', (_, key) => {
      withBackend(backend, () => {
        // x = 0 is a point of P-256 (its b is a square), and of nothing on K-256.
        if (key.length === 33 && curve === 'p256' && key.slice(1).every((byte) => byte === 0)) return
        expect(() => importPublicKey(curve, key)).toThrow(InvalidKeyError)
        expect(() => verifySignature({ curve, bytes: key }, bytes, new Uint8Array(64).fill(1))).toThrow(InvalidKeyError)
      })
    })

    it('never crash it, whatever the bytes', () => {
      const length = fc.constantFrom(0, 1, 32, 33, 33, 33, 64, 65, 65, 66)
      const anything = length.chain((size) => fc.uint8Array({ minLength: size, maxLength: size }))
      const prefixed = fc
        .tuple(fc.constantFrom(2, 3, 4), anything)
        .map(([prefix, rest]) => Uint8Array.of(prefix, ...rest))
      withBackend(backend, () => {
        fc.assert(
          fc.property(fc.oneof(anything, prefixed), (key) => {
            try {
              expect(importPublicKey(curve, key).bytes).toHaveLength(33)
            } catch (error) {
              expect(error).toBeInstanceOf(InvalidKeyError)
            }
          }),
          { numRuns: 200 },
        )
      })
    })

    function hybrid(): Uint8Array {
      const point = backend.uncompressed(bytes)!.slice()
      point[0] = 6 + (point[64]! & 1)
      return point
    }

    // The least x that no point has: found by the portable arithmetic, held against each backend.
    function noPoint(): number {
      return curve === 'p256' ? 1 : 5
    }
  },
)

describe('names of algorithms', () => {
  it('are ES256 for P-256 and ES256K for K-256', () => {
    expect(curves.map(jwtAlgorithm)).toEqual(['ES256', 'ES256K'])
  })
})
