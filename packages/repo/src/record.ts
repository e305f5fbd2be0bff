import { CborError, Cid, decodeCbor, type Value, type ValueMap } from '@atoll/data-model'
import { VerificationError } from './errors.ts'
import { maxRecordBytes } from './limits.ts'

/** Reads a record: canonical DAG-CBOR of a map, no larger than records may be. @throws VerificationError */
export function decodeRecord(cid: Cid, bytes: Uint8Array): ValueMap {
  if (bytes.length > maxRecordBytes)
    throw new VerificationError('record-size', `the record ${cid} has ${bytes.length} bytes`)
  const value = decoded(cid, bytes)
  if (!isMap(value)) throw new VerificationError('record-encoding', `the record ${cid} is not a map`)
  return value
}

function decoded(cid: Cid, bytes: Uint8Array): Value {
  try {
    return decodeCbor(bytes)
  } catch (error) {
    if (error instanceof CborError)
      throw new VerificationError('record-encoding', `the record ${cid}: ${error.message}`)
    throw error
  }
}

export function isMap(value: Value): value is ValueMap {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof Cid)
  )
}
