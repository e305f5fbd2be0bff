import { sha256 as portableSha256 } from '@noble/hashes/sha2.js'

type Sha256 = (bytes: Uint8Array) => Uint8Array

let chosen: Sha256 | undefined

/** The SHA-256 digest of `bytes`, synchronously: by OpenSSL under Node, else in portable JavaScript. */
export function sha256(bytes: Uint8Array): Uint8Array {
  chosen ??= nativeSha256() ?? portableSha256
  return chosen(bytes)
}

/** Asked for at first use: nothing is imported, so bundles for browsers stay free of Node's modules. */
function nativeSha256(): Sha256 | undefined {
  const hash = globalThis.process?.getBuiltinModule?.('node:crypto')?.hash
  if (!hash) return undefined
  return (bytes) => {
    const digest = hash('sha256', bytes, 'buffer')
    return new Uint8Array(digest.buffer, digest.byteOffset, digest.byteLength)
  }
}
