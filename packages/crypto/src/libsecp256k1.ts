import { hash, randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import type { Backend } from './backend.ts'

/** What is used of the npm package `secp256k1`, which ships no types. */
interface Bindings {
  contextRandomize(seed: Uint8Array): void
  publicKeyCreate(privateKey: Uint8Array, compressed: boolean): Uint8Array
  publicKeyConvert(publicKey: Uint8Array, compressed: boolean): Uint8Array
  ecdsaSign(digest: Uint8Array, privateKey: Uint8Array): { signature: Uint8Array }
  ecdsaVerify(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean
}

/**
 * K-256 by libsecp256k1, or `undefined` where the package has no native build. Its main entry would
 * silently put slow JavaScript in the place of that, so the bindings are asked for by name.
 */
export function libsecp256k1Backend(load: () => unknown = loadBindings): Backend | undefined {
  const bindings = tryLoad(load)
  if (bindings === undefined) return undefined
  bindings.contextRandomize(randomBytes(32))
  return {
    name: 'libsecp256k1',
    curve: 'k256',
    publicKeyOf: (privateKey) => bindings.publicKeyCreate(privateKey, true),
    uncompressed: (publicKey) => {
      try {
        return bindings.publicKeyConvert(publicKey, false)
      } catch {
        return undefined
      }
    },
    signer: (privateKey) => (message) => bindings.ecdsaSign(sha256(message), privateKey).signature,
    verifier: (publicKey) => (message, signature) => bindings.ecdsaVerify(signature, sha256(message), publicKey),
  }
}

function tryLoad(load: () => unknown): Bindings | undefined {
  try {
    return load() as Bindings // pinned by the lockfile, and exercised by every test of this backend
  } catch {
    return undefined
  }
}

function loadBindings(): unknown {
  return createRequire(import.meta.url)('secp256k1/bindings')
}

function sha256(message: Uint8Array): Uint8Array {
  return hash('sha256', message, 'buffer')
}
