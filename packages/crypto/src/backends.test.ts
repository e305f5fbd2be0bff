import * as reference from '@atproto/crypto'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { everyBackend, withBackend } from '../test/every-backend.ts'
import type { Backend } from './backend.ts'
import { generateKeyPair, importKeyPair } from './key-pair.ts'
import { libsecp256k1Backend } from './libsecp256k1.ts'
import { nobleBackend } from './noble.ts'
import { importPublicKey } from './public-key.ts'
import { verifySignature } from './signature.ts'

const backends = everyBackend()
const pairs = backends.flatMap((one) =>
  backends.filter((other) => other.curve === one.curve).map((other) => [one, other] as const),
)
const label = ([one, other]: readonly [Backend, Backend]) => `${one.curve}: ${one.name} and ${other.name}`

const message = fc.uint8Array({ maxLength: 300 })
const secret = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .filter((bytes) => bytes[0] !== 0xff && bytes.some((b) => b))

describe.each(pairs.map((pair) => [label(pair), ...pair] as const))('%s', (_, one, other) => {
  it('verifies with the second what the first signs, and nothing else', () => {
    fc.assert(
      fc.property(secret, message, fc.nat(511), (privateKey, text, bit) => {
        const pair = importKeyPair(one.curve, privateKey)
        const signature = withBackend(one, () => pair.sign(text))
        const changed = signature.slice()
        changed[bit >> 3]! ^= 1 << (bit & 7)
        const verify = (bytes: Uint8Array) => withBackend(other, () => verifySignature(pair.publicKey, text, bytes))
        expect([verify(signature), verify(changed)]).toEqual([true, false])
      }),
      { numRuns: 15 },
    )
  })

  it('agree on the public key of a private one, and on which points are on the curve', () => {
    fc.assert(
      fc.property(secret, fc.uint8Array({ minLength: 32, maxLength: 32 }), (privateKey, x) => {
        expect(plain(other.publicKeyOf(privateKey))).toEqual(plain(one.publicKeyOf(privateKey)))
        const point = Uint8Array.of(2, ...x)
        expect(plain(other.uncompressed(point))).toEqual(plain(one.uncompressed(point)))
      }),
      { numRuns: 50 },
    )
  })
})

describe('deterministic signatures (RFC 6979)', () => {
  const noble = nobleBackend('k256')
  const native = libsecp256k1Backend()

  it.runIf(native)('are the same bytes from @noble/curves and libsecp256k1', () => {
    fc.assert(
      fc.property(secret, message, (privateKey, text) => {
        expect(plain(native!.signer(privateKey)(text))).toEqual(plain(noble.signer(privateKey)(text)))
      }),
      { numRuns: 30 },
    )
  })

  it('are those of the examples in RFC 6979, A.2.5, in their low-S form', () => {
    const privateKey = Buffer.from('c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721', 'hex')
    const signature = nobleBackend('p256').signer(Uint8Array.from(privateKey))(new TextEncoder().encode('sample'))
    expect(Buffer.from(signature).toString('hex')).toBe(
      'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716' +
        '0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9',
    )
  })
})

describe('@atproto/crypto', () => {
  it('has the same did:keys, and each verifies what the other signs', async () => {
    for (const backend of backends) {
      const kind = backend.curve === 'p256' ? reference.P256Keypair : reference.Secp256k1Keypair
      for (let count = 0; count < 5; count++) {
        const pair = generateKeyPair(backend.curve)
        const theirs = await kind.import(pair.exportPrivateKey())
        const text = Uint8Array.of(count)
        expect(theirs.did()).toBe(pair.didKey())
        const signature = withBackend(backend, () => pair.sign(text))
        expect(await reference.verifySignature(pair.didKey(), text, signature)).toBe(true)
        const theirSignature = await theirs.sign(text)
        expect(withBackend(backend, () => verifySignature(pair.didKey(), text, theirSignature))).toBe(true)
      }
    }
  })
})

describe('the choice of backends', () => {
  const hasPrebuilt = ['linux-x64', 'darwin-arm64', 'win32-x64'].includes(`${process.platform}-${process.arch}`)

  it('is the portable one until Node is asked for, and visible', async () => {
    // A copy of its own: another file in this process may have asked for Node.
    vi.resetModules()
    const { currentBackends } = await import('./installed-backends.ts')
    const { useNodeBackends } = await import('./node.ts')
    expect(currentBackends()).toEqual({ p256: 'noble', k256: 'noble' })
    const native = { p256: 'openssl', k256: hasPrebuilt ? 'libsecp256k1' : 'openssl' }
    expect([useNodeBackends(), useNodeBackends(), currentBackends()]).toEqual([native, native, native])
  })

  it('reaches keys that were made before it', () => {
    const text = Uint8Array.of(1, 2, 3)
    for (const backend of backends) {
      const pair = generateKeyPair(backend.curve)
      const before = pair.sign(text)
      withBackend(backend, () => {
        expect(verifySignature(pair.publicKey, text, before)).toBe(true)
        expect(verifySignature(pair.didKey(), text, pair.sign(text))).toBe(true)
      })
      expect(verifySignature(pair.publicKey, text, before)).toBe(true)
    }
  })

  it('does without libsecp256k1 where its native build is missing', () => {
    const missing = () => {
      throw new Error('No native build was found')
    }
    expect(libsecp256k1Backend(missing)).toBeUndefined()
  })

  it('keeps an uncompressed key to the point that it names, on every backend', () => {
    for (const backend of backends) {
      withBackend(backend, () => {
        const { publicKey } = generateKeyPair(backend.curve)
        const point = backend.uncompressed(publicKey.bytes)!
        expect(importPublicKey(backend.curve, point)).toEqual(publicKey)
        const moved = point.slice()
        moved[63]! ^= 1
        expect(() => importPublicKey(backend.curve, moved)).toThrow('not a point')
      })
    }
  })
})

function plain(bytes: Uint8Array | undefined): number[] | undefined {
  return bytes && [...bytes]
}
