import type { DidKey, KeyPair } from '@atoll/crypto'
import { isDidKey, verifySignature } from '@atoll/crypto'
import { CborError, cidOfCbor, encodeCbor, sha256, type Value } from '@atoll/data-model'
import { type CidString, type Did, parseCidString } from '@atoll/syntax'
import { InvalidOperationError, InvalidSignatureError } from './errors.ts'
import type { AnyOperation, LivingOperation, Signed, UnsignedOperation } from './operation.ts'

/** The operation with the signature of `signer` over its DAG-CBOR form. */
export function signOperation<O extends UnsignedOperation>(operation: O, signer: KeyPair): Signed<O> {
  return { ...operation, sig: toBase64Url(signer.sign(encodeOperation(operation))) }
}

/** The DAG-CBOR form, which is what is hashed, signed and measured. */
export function encodeOperation(operation: AnyOperation | UnsignedOperation): Uint8Array {
  try {
    return encodeCbor(operation as unknown as Value) // made of strings, null, lists and maps only
  } catch (cause) {
    if (cause instanceof CborError) throw new InvalidOperationError(cause.message)
    throw cause
  }
}

export function cidOfOperation(operation: AnyOperation): CidString {
  return parseCidString(cidOfCbor(encodeOperation(operation)).toString())
}

/** The DID that this first operation makes: 24 base32 characters of its hash. */
export function didOfGenesis(operation: LivingOperation): Did {
  return `did:plc:${toBase32(sha256(encodeOperation(operation)).subarray(0, 15))}`
}

/** The first of `keys` whose signature the operation carries. */
export function findSigner(operation: AnyOperation, keys: readonly string[]): DidKey | undefined {
  const signature = fromBase64Url(operation.sig)
  if (!signature) return undefined
  const { sig: _, ...unsigned } = operation
  const message = encodeOperation(unsigned as UnsignedOperation)
  return [...new Set(keys)].filter(isDidKey).find((key) => verifySignature(key, message, signature))
}

export function requireSigner(operation: AnyOperation, keys: readonly string[]): DidKey {
  const signer = findSigner(operation, keys)
  if (!signer) throw new InvalidSignatureError()
  return signer
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/**
 * 64 bytes in the one allowed spelling: no padding, and the unused bits of the last character are
 * zero.
 */
function fromBase64Url(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]{85}[AQgw]$/.test(text)) return undefined
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
}

/** RFC 4648 base32 in lower case, for a multiple of five bytes. */
function toBase32(bytes: Uint8Array): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5) text += alphabet[(value >>> (bits -= 5)) & 31]
  }
  return text
}
