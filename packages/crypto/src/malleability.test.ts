import { describe, expect, it } from 'vitest'
import { everyBackend, withBackend } from '../test/every-backend.ts'
import type { Backend } from './backend.ts'
import type { Curve } from './curves.ts'
import { compactToDer } from './der.ts'
import { formatDidKey } from './did-key.ts'
import { importKeyPair, type KeyPair } from './key-pair.ts'
import { type VerifyOptions, verifySignature } from './signature.ts'

const orders: Record<Curve, bigint> = {
  p256: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  k256: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
}
const fields: Record<Curve, bigint> = {
  p256: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
  k256: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn,
}
const greatest = 2n ** 256n - 1n

interface Signed {
  curve: Curve
  signature: Uint8Array
  r: bigint
  s: bigint
}

/**
 * What anyone can make of a good signature without the private key, and what nobody should be let
 * through with.
 */
const forms: Record<string, (good: Signed) => Uint8Array> = {
  'with a high S': ({ curve, r, s }) => compact(r, orders[curve] - s),
  'with S past the order': ({ curve, r, s }) => compact(r, wrap(s + orders[curve])),
  'with R past the order': ({ curve, r, s }) => compact(wrap(r + orders[curve]), s),
  'with R negated': ({ curve, r, s }) => compact(orders[curve] - r, s),
  'with both negated': ({ curve, r, s }) => compact(orders[curve] - r, orders[curve] - s),
  'with R as the field minus the order and R': ({ curve, r, s }) => compact(wrap(fields[curve] - orders[curve] + r), s),
  'with R the order': ({ curve, s }) => compact(orders[curve], s),
  'with S the order': ({ curve, r }) => compact(r, orders[curve]),
  'with R the order and one': ({ curve, s }) => compact(orders[curve] + 1n, s),
  'with S the order and one': ({ curve, r }) => compact(r, orders[curve] + 1n),
  'with R the order less one': ({ curve, s }) => compact(orders[curve] - 1n, s),
  'with S the field': ({ curve, r }) => compact(r, fields[curve]),
  'with S half the order and one more': ({ curve, r }) => compact(r, orders[curve] / 2n + 1n),
  'with R the field': ({ curve, s }) => compact(fields[curve], s),
  'with R the greatest number': ({ s }) => compact(greatest, s),
  'with S the greatest number': ({ r }) => compact(r, greatest),
  'with R zero': ({ s }) => compact(0n, s),
  'with S zero': ({ r }) => compact(r, 0n),
  'of zeros': () => new Uint8Array(64),
  'of ones': () => new Uint8Array(64).fill(0xff),
  'of R one and S one': () => compact(1n, 1n),
  'with R and S swapped': ({ r, s }) => compact(s, r),
  'little-endian': ({ signature }) => concat(signature.slice(0, 32).reverse(), signature.slice(32).reverse()),
  'in DER': ({ signature }) => compactToDer(signature),
  'in DER, high S': ({ curve, r, s }) => compactToDer(compact(r, orders[curve] - s)),
  'in DER, cut to 64 bytes': ({ signature }) => compactToDer(signature).slice(0, 64),
  'in DER, filled up to 72 bytes': ({ signature }) => concat(compactToDer(signature), new Uint8Array(72)).slice(0, 72),
  'with a recovery byte after it': ({ signature }) => concat(signature, Uint8Array.of(0)),
  'with a recovery byte before it': ({ signature }) => concat(Uint8Array.of(27), signature),
  'one byte short': ({ signature }) => signature.slice(0, 63),
  'without its first byte': ({ signature }) => signature.slice(1),
  'with a zero byte before it': ({ signature }) => concat(Uint8Array.of(0), signature),
  'with a zero byte before R and before S': ({ signature }) =>
    concat(Uint8Array.of(0), signature.slice(0, 32), Uint8Array.of(0), signature.slice(32)),
  twice: ({ signature }) => concat(signature, signature),
  'of R alone': ({ signature }) => signature.slice(0, 32),
  'as hexadecimal text': ({ signature }) => new TextEncoder().encode(Buffer.from(signature).toString('hex')),
  'as base64url text': ({ signature }) => new TextEncoder().encode(Buffer.from(signature).toString('base64url')),
  'of nothing': () => new Uint8Array(0),
  'of a megabyte': () => new Uint8Array(1_000_000).fill(1),
}

const message = new TextEncoder().encode('one message, one signature')
const otherMessage = new TextEncoder().encode('one message, one signaturE')
const secret = Uint8Array.from({ length: 32 }, (_, at) => at + 1)

describe.each(everyBackend().map((backend) => [`${backend.name} ${backend.curve}`, backend] as const))(
  '%s',
  (_, backend) => {
    const { curve } = backend
    const pair = importKeyPair(curve, secret)
    // By the portable backend: its signatures are deterministic, so every backend is shown the same
    // forms.
    const signature = pair.sign(message)
    const good = { curve, signature, r: numberOf(signature.slice(0, 32)), s: numberOf(signature.slice(32)) }

    it('accepts the one good form', () => {
      expect(verifies(backend, pair, message, signature)).toBe(true)
      expect(verifies(backend, pair, message, Buffer.from(signature))).toBe(true)
      expect(verifies(backend, pair, message, concat(Uint8Array.of(9), signature).subarray(1))).toBe(true)
    })

    it.each(Object.entries(forms))('refuses a signature %s', (_, form) => {
      expect(verifies(backend, pair, message, form(good))).toBe(false)
    })

    it.each([
      ['R', 0],
      ['S', 32],
    ] as const)('accepts an %s that begins with a zero byte, and refuses it without that byte', (_, half) => {
      const { text, short } = signatureWithZero(pair, half)
      const [r, s] = [short.slice(0, 32), short.slice(32)]
      expect(verifies(backend, pair, text, short)).toBe(true)
      const cut = half === 0 ? [r.slice(1), s] : [r, s.slice(1)]
      expect(verifies(backend, pair, text, concat(...cut))).toBe(false)
      expect(verifies(backend, pair, text, concat(...cut, Uint8Array.of(0)))).toBe(false)
      expect(verifies(backend, pair, text, compactToDer(short))).toBe(false)
    })

    it('accepts a high S where the caller allows it, and no other form', () => {
      const allowed = Object.entries(forms).filter(([, form]) =>
        verifies(backend, pair, message, form(good), { allowHighS: true }),
      )
      expect(allowed.map(([name]) => name)).toEqual(['with a high S'])
      expect(verifies(backend, pair, message, signature, { allowHighS: true })).toBe(true)
      expect(verifies(backend, pair, otherMessage, forms['with a high S']!(good), { allowHighS: true })).toBe(false)
    })

    it('leaves the bytes of a signature as they were', () => {
      const high = forms['with a high S']!(good)
      const copy = high.slice()
      verifies(backend, pair, message, high, { allowHighS: true })
      expect(high).toEqual(copy)
    })

    it('refuses a signature with any bit changed', () => {
      for (let bit = 0; bit < 512; bit += 7) {
        const changed = signature.slice()
        changed[bit >> 3]! ^= 1 << (bit & 7)
        expect(verifies(backend, pair, message, changed)).toBe(false)
      }
    })

    it('refuses a good signature of another message, by another key, or for a key of the other curve', () => {
      const otherKey = importKeyPair(curve, secret.slice().reverse())
      const otherCurve = importKeyPair(curve === 'p256' ? 'k256' : 'p256', secret)
      expect(verifies(backend, pair, otherMessage, signature)).toBe(false)
      expect(verifies(backend, otherKey, message, signature)).toBe(false)
      expect(verifies(backend, otherCurve, message, signature)).toBe(false)
      expect(verifies(backend, pair, message, otherCurve.sign(message))).toBe(false)
    })

    it('refuses what is no bytes at all', () => {
      const others: unknown[] = [undefined, null, '', 'a'.repeat(64), new Array(64).fill(1), new ArrayBuffer(64), {}]
      // As if the types had been ignored.
      for (const other of others) expect(verifies(backend, pair, message, other as Uint8Array)).toBe(false)
    })

    it('signs with a low S, 64 bytes, whatever the message', () => {
      withBackend(backend, () => {
        for (let count = 0; count < 100; count++) {
          const made = pair.sign(Uint8Array.of(count))
          expect(made).toHaveLength(64)
          expect(numberOf(made.slice(32))).toBeLessThanOrEqual(orders[curve] / 2n)
          expect(verifySignature(pair.publicKey, Uint8Array.of(count), made)).toBe(true)
        }
      })
    })
  },
)

/**
 * What a backend says for the key as an object, which it must also say for its did:key and for a
 * copy never seen.
 */
function verifies(
  backend: Backend,
  { publicKey }: KeyPair,
  signed: Uint8Array,
  signature: Uint8Array,
  options?: VerifyOptions,
): boolean {
  const keys = [publicKey, formatDidKey(publicKey), { ...publicKey }]
  const answers = withBackend(backend, () => keys.map((key) => verifySignature(key, signed, signature, options)))
  expect(new Set(answers).size).toBe(1)
  return answers[0]!
}

/** A good signature of which R or S begins with a zero byte: one in 128 does. */
function signatureWithZero(pair: KeyPair, half: 0 | 32): { text: Uint8Array; short: Uint8Array } {
  for (let count = 0; ; count++) {
    const text = new TextEncoder().encode(`message ${count}`)
    const short = pair.sign(text)
    if (short[half] === 0) return { text, short }
  }
}

function compact(r: bigint, s: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(r.toString(16).padStart(64, '0') + s.toString(16).padStart(64, '0'), 'hex'))
}

// What does not fit in 32 bytes loses its top, as careless arithmetic would have it.
function wrap(value: bigint): bigint {
  return value & greatest
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

function concat(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}
