import { createECDH, createPrivateKey, createPublicKey, ECDH, type KeyObject, sign, verify } from 'node:crypto'
import type { Backend } from './backend.ts'
import { type Curve, lowerS } from './curves.ts'
import { compactToDer, derToCompact } from './der.ts'

/** What OpenSSL calls the curves. */
export const opensslNames: Record<Curve, string> = { p256: 'prime256v1', k256: 'secp256k1' }

interface Forms {
  /** SubjectPublicKeyInfo up to the uncompressed point. */
  readonly spki: Uint8Array
  /** ECPrivateKey (SEC 1) up to the private key, and between that and the uncompressed point. */
  readonly sec1: readonly [Uint8Array, Uint8Array]
}

const forms: Record<Curve, Forms> = {
  p256: {
    spki: bytes('3059301306072a8648ce3d020106082a8648ce3d030107034200'),
    sec1: [bytes('30770201010420'), bytes('a00a06082a8648ce3d030107a144034200')],
  },
  k256: {
    spki: bytes('3056301006072a8648ce3d020106052b8104000a034200'),
    sec1: [bytes('30740201010420'), bytes('a00706052b8104000aa144034200')],
  },
}

/**
 * OpenSSL through `node:crypto`. It signs and verifies DER faster than the compact form, so that is
 * converted here; it neither makes nor asks for a low S, so that is seen to here and by the caller.
 */
export function opensslBackend(curve: Curve): Backend {
  return {
    name: 'openssl',
    curve,
    publicKeyOf: (privateKey) => publicPoint(curve, privateKey, 'compressed'),
    uncompressed: (publicKey) => {
      try {
        return plain(ECDH.convertKey(publicKey, opensslNames[curve], undefined, undefined, 'uncompressed'))
      } catch {
        return undefined
      }
    },
    signer: (privateKey) => {
      const key = privateKeyObject(curve, privateKey)
      return (message) => lowerS(curve, derToCompact(sign('sha256', message, key)))
    },
    verifier: (publicKey) => {
      const key = createPublicKey({ key: Buffer.concat([forms[curve].spki, publicKey]), format: 'der', type: 'spki' })
      return (message, signature) => verify('sha256', message, key, compactToDer(signature))
    },
  }
}

function privateKeyObject(curve: Curve, privateKey: Uint8Array): KeyObject {
  const { sec1 } = forms[curve]
  const point = publicPoint(curve, privateKey, 'uncompressed')
  const key = Buffer.concat([sec1[0], privateKey, sec1[1], point])
  return createPrivateKey({ key, format: 'der', type: 'sec1' })
}

function publicPoint(curve: Curve, privateKey: Uint8Array, format: 'compressed' | 'uncompressed'): Uint8Array {
  const ecdh = createECDH(opensslNames[curve])
  ecdh.setPrivateKey(privateKey)
  return plain(ecdh.getPublicKey(null, format))
}

// A Buffer may be a window on a shared pool, and prints and compares differently from what the
// other backends return.
function plain(buffer: Buffer | string): Uint8Array {
  return Uint8Array.from(buffer as Buffer) // a string only when an encoding was asked for
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
