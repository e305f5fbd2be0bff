import { type ECDSA, ecdsa } from '@noble/curves/abstract/weierstrass.js'
import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Backend } from './backend.ts'
import { withBaseTable } from './base-table.ts'
import type { Curve } from './curves.ts'

// Said outright, because the library's defaults have changed between its versions. No extra
// entropy: RFC 6979.
const options = { prehash: true, lowS: true, format: 'compact', extraEntropy: false } as const

/** The portable backend: runs wherever JavaScript does. */
export function nobleBackend(curve: Curve): Backend {
  const library = curve === 'p256' ? p256 : secp256k1
  let made: ECDSA | undefined
  const signing = () => {
    made ??= ecdsa(withBaseTable(library.Point), sha256)
    return made
  }
  return {
    name: 'noble',
    curve,
    publicKeyOf: (privateKey) => signing().getPublicKey(privateKey, true),
    uncompressed: (publicKey) => {
      try {
        return library.Point.fromBytes(publicKey).toBytes(false)
      } catch {
        return undefined
      }
    },
    signer: (privateKey) => (message) => signing().sign(message, privateKey, options),
    verifier: (publicKey) => (message, signature) => library.verify(signature, message, publicKey, options),
  }
}
