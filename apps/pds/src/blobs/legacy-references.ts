import { type Cid, InvalidCidError, isLegacyBlobRef, parseCid, type Value, type ValueMap } from '@atoll/data-model'
import type { BlobIndex } from '@atoll/storage'
import type { Did } from '@atoll/syntax'

/**
 * The record with its legacy blob references in today's form, as far as they match uploads of the
 * account: clients that edit an old profile send back what they read. What matches none stays as it
 * is; the validation of the record decides about it.
 */
export async function upgradeLegacyReferences(
  blobs: Pick<BlobIndex, 'get'>,
  did: Did,
  record: ValueMap,
): Promise<ValueMap> {
  const upgraded: [string, Value][] = []
  for (const [key, value] of Object.entries(record)) upgraded.push([key, await upgradedValue(blobs, did, value)])
  // Unlike an assignment, this takes `__proto__` for a key like any other.
  return Object.fromEntries(upgraded)
}

async function upgradedValue(blobs: Pick<BlobIndex, 'get'>, did: Did, value: Value): Promise<Value> {
  if (!isLegacyBlobRef(value)) return value
  const ref = readCid(value.cid)
  const stored = ref && (await blobs.get(did, ref))
  return stored ? { $type: 'blob', ref, mimeType: stored.mimeType, size: stored.size } : value
}

/** Text in the form of a CID need not be one of a kind that is in use here. */
function readCid(text: string): Cid | undefined {
  try {
    return parseCid(text)
  } catch (error) {
    if (error instanceof InvalidCidError) return undefined
    throw error
  }
}
