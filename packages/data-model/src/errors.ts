import { BrandedError } from '@atoll/brand'

/**
 * What is wrong with bytes that claim to be DAG-CBOR, or with a value that cannot be written as
 * DAG-CBOR.
 */
export type CborReason =
  | 'truncated'
  | 'trailing-bytes'
  | 'not-minimal'
  | 'indefinite-length'
  | 'reserved'
  | 'float'
  | 'integer-range'
  | 'simple-value'
  | 'tag'
  | 'cid'
  | 'utf8'
  | 'surrogate'
  | 'key-type'
  | 'key-order'
  | 'duplicate-key'
  | 'depth'
  | 'too-many-bytes'
  | 'too-many-items'
  | 'unsupported-type'

/**
 * Thrown for bytes that are not canonical DAG-CBOR of the data model, and for values that are
 * outside the data model.
 */
export class CborError extends BrandedError {
  static override readonly brand: string = 'atoll.data-model.CborError'
  override name = 'CborError'
  readonly reason: CborReason
  /** Where in the bytes read or written the fault lies. */
  readonly offset: number
  /**
   * A JSON pointer to the fault: '' is the whole value, '/embed/images/0' a part of it. Not there
   * when the fault lies in no value, such as bytes behind it.
   */
  readonly path: string | undefined
  /** What is wrong, without the place. */
  readonly fault: string

  constructor(reason: CborReason, offset: number, fault: string = reason, path?: string) {
    super(`${fault} at ${path === undefined ? '' : `${placeOf(path)}, `}byte ${offset}`)
    this.reason = reason
    this.offset = offset
    this.path = path
    this.fault = fault
  }
}

/**
 * Thrown for text or bytes that are not a CIDv1 with codec dag-cbor or raw and a sha-256 digest.
 */
export class InvalidCidError extends BrandedError {
  static override readonly brand: string = 'atoll.data-model.InvalidCidError'
  override name = 'InvalidCidError'
  readonly reason: string
  /** What was read, shortened. */
  readonly input: string

  constructor(reason: string, input: string) {
    super(`not a CID of this network: ${reason}`)
    this.reason = reason
    this.input = input
  }
}

/** Thrown for JSON that is not a form of the data model, and for values that have no JSON form. */
export class DataModelError extends BrandedError {
  static override readonly brand: string = 'atoll.data-model.DataModelError'
  override name = 'DataModelError'
  /** A JSON pointer to the fault: '' is the whole value, '/embed/images/0' a part of it. */
  readonly path: string
  readonly reason: string

  constructor(path: string, reason: string) {
    super(`${reason} at ${placeOf(path)}`)
    this.path = path
    this.reason = reason
  }
}

/** A path as messages name it. Keys may be megabytes long, and messages end up in logs. */
function placeOf(path: string): string {
  return path.length > 200 ? `${path.slice(0, 200)}…` : path || 'the top'
}
