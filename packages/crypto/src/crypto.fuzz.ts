import type { FuzzTarget } from '@atoll/testkit'
import { everyBackend, withBackend } from '../test/every-backend.ts'
import type { Curve } from './curves.ts'
import { compactToDer } from './der.ts'
import {
  formatDidKey,
  formatMultikey,
  generateKeyPair,
  InvalidKeyError,
  importKeyPair,
  importPublicKey,
  isDidKey,
  parseDidKey,
  parseMultibaseKey,
  verifySignature,
} from './index.ts'

const curves: Curve[] = ['p256', 'k256']
const backends = everyBackend()
const pairs = curves.map((curve) => generateKeyPair(curve))
const message = bytesOf('a message')
const points = pairs.map(({ curve, publicKey }) => backendOf(curve).uncompressed(publicKey.bytes)!)

function backendOf(curve: Curve) {
  return backends.find((backend) => backend.curve === curve)!
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

/** What every backend of a curve returns, which must be the same. */
function agreed<T>(curve: Curve, work: () => T): T | 'refused' {
  const answers = backends
    .filter((backend) => backend.curve === curve)
    .map((backend) => withBackend(backend, () => orRefused(work)))
  const different = answers.find((answer) => String(answer) !== String(answers[0]))
  if (different !== undefined) throw new Error(`backends of ${curve} disagree: ${answers.join(' or ')}`)
  return answers[0]!
}

function orRefused<T>(work: () => T): T | 'refused' {
  try {
    return work()
  } catch (error) {
    if (error instanceof InvalidKeyError) return 'refused'
    throw error
  }
}

export const targets: FuzzTarget[] = [
  {
    name: 'did:key',
    seeds: [...pairs.map((pair) => pair.didKey()), 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'].map(
      bytesOf,
    ),
    tokens: ['did:key:', 'z', 'zDn', 'zQ3s', '1', '#'].map(bytesOf),
    refusals: [InvalidKeyError],
    run(bytes) {
      const text = textOf(bytes)
      const recognised = isDidKey(text)
      const key = parseDidKey(text)
      if (!recognised || formatDidKey(key) !== text) throw new Error('it is not the text of its key')
    },
  },
  {
    name: 'publicKeyMultibase of either kind',
    seeds: [
      ...pairs.map(({ publicKey }) => formatMultikey(publicKey)),
      'zQYEBzXeuTM9UR3rfvNag6L3RNAs5pQZyYPsomTsgQhsxLdEgCrPTLgFna8yqCnxPpNT7DBk6Ym3dgPKNu86vt9GR',
    ].map(bytesOf),
    refusals: [],
    run(bytes) {
      for (const curve of curves) agreed(curve, () => formatMultikey(parseMultibaseKey(curve, textOf(bytes))))
    },
  },
  {
    name: 'public key',
    seeds: [...pairs.map(({ publicKey }) => publicKey.bytes), ...points, Uint8Array.of(0)],
    tokens: [2, 3, 4, 6, 7].map((prefix) => Uint8Array.of(prefix)),
    refusals: [],
    run(bytes) {
      for (const curve of curves) {
        const key = agreed(curve, () => importPublicKey(curve, bytes).bytes)
        if (key !== 'refused' && String(key) !== String(bytes) && bytes.length !== 65) throw new Error('another key')
      }
    },
  },
  {
    name: 'private key',
    seeds: pairs.map((pair) => pair.exportPrivateKey()),
    tokens: [new Uint8Array(32), new Uint8Array(32).fill(0xff)],
    refusals: [],
    run(bytes) {
      for (const curve of curves) agreed(curve, () => importKeyPair(curve, bytes).didKey())
    },
  },
  {
    name: 'signature',
    seeds: pairs.flatMap((pair) => [pair.sign(message), compactToDer(pair.sign(message))]),
    tokens: [new Uint8Array(32), new Uint8Array(32).fill(0xff), Uint8Array.of(0x30, 0x44, 2, 0x20)],
    refusals: [],
    run(bytes) {
      for (const { curve, publicKey } of pairs) {
        const strict = agreed(curve, () => verifySignature(publicKey, message, bytes))
        const lenient = agreed(curve, () => verifySignature(publicKey, message, bytes, { allowHighS: true }))
        if (strict === true && lenient !== true) throw new Error('strict is laxer than lenient')
        if (strict === true && verifySignature(publicKey, bytesOf('another'), bytes)) throw new Error('of any message')
      }
    },
  },
]
