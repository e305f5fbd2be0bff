import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import type { Backend } from './backend.ts'
import type { Curve } from './curves.ts'

// Said outright, because the library's defaults have changed between its versions. No extra entropy: RFC 6979.
const options = { prehash: true, lowS: true, format: 'compact', extraEntropy: false } as const

// The library blinds the secret scalar, which costs a third of a signature. A window of 8 bits instead of 6 wins half of
// that back, for a table of about 2 MB a curve that is made with the first private key.
const windowBits = 8

/** The portable backend: runs wherever JavaScript does. */
export function nobleBackend(curve: Curve): Backend {
  const ecdsa = curve === 'p256' ? p256 : secp256k1
  let isPrepared = false
  const prepared = () => {
    if (!isPrepared) ecdsa.Point.BASE.precompute(windowBits, true)
    isPrepared = true
    return ecdsa
  }
  return {
    name: 'noble',
    curve,
    publicKeyOf: (privateKey) => prepared().getPublicKey(privateKey, true),
    uncompressed: (publicKey) => {
      try {
        return ecdsa.Point.fromBytes(publicKey).toBytes(false)
      } catch {
        return undefined
      }
    },
    signer: (privateKey) => (message) => prepared().sign(message, privateKey, options),
    verifier: (publicKey) => (message, signature) => ecdsa.verify(signature, message, publicKey, options),
  }
}
