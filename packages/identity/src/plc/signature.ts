import { type DidKey, decodeBase64Url, encodeBase64Url, isDidKey, type KeyPair, verifySignature } from '@atoll/crypto'
import { CborError, cidOfCbor, encodeCbor, formatBase32, sha256, type Value } from '@atoll/data-model'
import { type CidString, type Did, parseCidString } from '@atoll/syntax'
import { InvalidOperationError, InvalidSignatureError } from './errors.ts'
import type { AnyOperation, LivingOperation, Signed, UnsignedOperation } from './operation.ts'

/** The operation with the signature of `signer` over its DAG-CBOR form. */
export function signOperation<O extends UnsignedOperation>(operation: O, signer: KeyPair): Signed<O> {
  return { ...operation, sig: encodeBase64Url(signer.sign(encodeOperation(operation))) }
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
  return `did:plc:${formatBase32(sha256(encodeOperation(operation)).subarray(0, 15))}`
}

/** 64 bytes in base64url. */
export const signatureDigits = 86

/** The first of `keys` whose signature the operation carries. */
export function findSigner(operation: AnyOperation, keys: readonly string[]): DidKey | undefined {
  const { sig, ...unsigned } = operation
  const signature = sig.length === signatureDigits ? decodeBase64Url(sig) : undefined
  if (!signature) return undefined
  const message = encodeOperation(unsigned as UnsignedOperation)
  return [...new Set(keys)].filter(isDidKey).find((key) => verifySignature(key, message, signature))
}

export function requireSigner(operation: AnyOperation, keys: readonly string[]): DidKey {
  const signer = findSigner(operation, keys)
  if (!signer) throw new InvalidSignatureError()
  return signer
}
