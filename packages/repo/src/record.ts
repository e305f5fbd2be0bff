import { type Block, CborError, type CborReason, decodeCbor, isValueMap, type ValueMap } from '@atoll/data-model'
import { VerificationError } from './errors.ts'
import { maxRecordBytes } from './limits.ts'

/**
 * Why a record cannot be read: its bytes are not DAG-CBOR of the data model, are not a map, or have
 * no text as `$type`.
 */
export type RecordReason = CborReason | 'not-a-map' | 'type'

/** What is wrong with the content of a record. */
export interface RecordFault {
  readonly reason: RecordReason
  readonly message: string
}

/** A record as it was read: with its value, or with the reason why it cannot be read. */
export type RecordContent =
  | { readonly block: Block; readonly value: ValueMap; readonly fault?: undefined }
  | { readonly block: Block; readonly fault: RecordFault; readonly value?: undefined }

/** A record that is in the repository but cannot be read. Only this record is to be skipped. */
export interface UnreadableRecord {
  readonly path: string
  readonly block: Block
  readonly fault: RecordFault
}

const limits = { maxBytes: maxRecordBytes }

/**
 * Reads the block of a record. The network holds records that violate the data model; such a fault
 * concerns that record alone, not its repository. @see https://atproto.com/guides/data-validation
 *
 * @example
 * const { value, fault } = readRecord({ cid, bytes })
 * if (value) index(value)
 * else skip(fault)
 */
export function readRecord(block: Block): RecordContent {
  try {
    const value = decodeCbor(block.bytes, limits)
    if (!isValueMap(value)) return unreadable(block, 'not-a-map', 'not a map')
    const type = value['$type']
    return typeof type === 'string' && type !== ''
      ? { block, value }
      : unreadable(block, 'type', '$type is not the name of a type')
  } catch (error) {
    if (error instanceof CborError) return unreadable(block, error.reason, error.message)
    throw error
  }
}

/**
 * Reads a record of a file or event that somebody sent, which is refused as a whole if a record is
 * too large.
 * @throws VerificationError
 */
export function readSentRecord(block: Block): RecordContent {
  const { cid, bytes } = block
  if (bytes.length > maxRecordBytes) {
    throw new VerificationError('record-size', `the record ${cid} has ${bytes.length} bytes`)
  }
  return readRecord(block)
}

function unreadable(block: Block, reason: RecordReason, message: string): RecordContent {
  return { block, fault: { reason, message } }
}
