import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { base58btc } from 'multiformats/bases/base58'

export interface SigningKey {
  readonly didKey: string
  /** By RFC 6979: the same signature every time. */
  sign(bytes: Uint8Array): Uint8Array
}

/** A key whose secret is this one byte, 32 times. */
export function k256Key(byte: number): SigningKey {
  const secret = new Uint8Array(32).fill(byte)
  return {
    didKey: didKey([0xe7, 0x01], secp256k1.getPublicKey(secret)),
    sign: (bytes) => secp256k1.sign(bytes, secret),
  }
}

export function p256Key(byte: number): SigningKey {
  const secret = new Uint8Array(32).fill(byte)
  return {
    didKey: didKey([0x80, 0x24], p256.getPublicKey(secret)),
    sign: (bytes) => p256.sign(bytes, secret, { lowS: true }),
  }
}

function didKey(codec: readonly number[], publicKey: Uint8Array): string {
  return `did:key:${base58btc.encode(Uint8Array.of(...codec, ...publicKey))}`
}

/** The other signature of the same message, whose S is in the upper half. */
export function withHighS(signature: Uint8Array): Uint8Array {
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`)
  const high = (secp256k1.Point.Fn.ORDER - s).toString(16).padStart(64, '0')
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(high, 'hex')])
}
