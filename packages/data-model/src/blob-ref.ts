import type { Cid } from './cid/cid.ts'
import { isCid } from './cid/is-cid.ts'
import { isValueMap } from './plain-object.ts'
import type { Value } from './value.ts'

/**
 * A reference from a record to a blob. A type alias, not an interface: so a record that holds one
 * is a `ValueMap` to the compiler.
 */
export type BlobRef = {
  $type: 'blob'
  ref: Cid
  mimeType: string
  size: number
}

/**
 * The reference form of the network's first months. Still found in old records; never written any
 * more.
 */
export interface LegacyBlobRef {
  cid: string
  mimeType: string
}

const CID_TEXT = /^b[a-z2-7]{58}$/

/**
 * Whether this is a whole, well-formed blob reference: these four fields, a CID, a type, a size of
 * at least 0. A blob's CID is `raw`, says the specification, but a published vector has another; so
 * the kind is left to the code that looks for the blob: none can be found by such a CID, since
 * uploads get raw ones.
 */
export function isBlobRef(value: unknown): value is BlobRef {
  if (!isValueMap(value) || value['$type'] !== 'blob' || Object.keys(value).length !== 4) return false
  const { ref, mimeType, size } = value
  return isCid(ref) && isMimeType(mimeType) && Number.isSafeInteger(size) && Number(size) >= 0
}

/** Whether this is the legacy form: nothing but the base32 text of a CID, and a MIME type. */
export function isLegacyBlobRef(value: unknown): value is LegacyBlobRef {
  if (!isValueMap(value) || Object.keys(value).length !== 2) return false
  return typeof value['cid'] === 'string' && CID_TEXT.test(value['cid']) && isMimeType(value['mimeType'])
}

/** Every blob reference within a value, in the order of its keys. */
export function findBlobRefs(value: Value): BlobRef[] {
  return findAll(value, isBlobRef)
}

/** Every legacy blob reference within a value. */
export function findLegacyBlobRefs(value: Value): LegacyBlobRef[] {
  return findAll(value, isLegacyBlobRef)
}

function findAll<T>(value: Value, wanted: (value: unknown) => value is T, found: T[] = []): T[] {
  if (wanted(value)) found.push(value)
  else if (Array.isArray(value)) for (const item of value) findAll(item, wanted, found)
  else if (isValueMap(value)) for (const key of Object.keys(value)) findAll(value[key]!, wanted, found)
  return found
}

function isMimeType(value: unknown): value is string {
  return typeof value === 'string' && value.includes('/')
}
