import { CborError, DataModelError, JsonBuilder } from '@atoll/data-model'
import type { StoredRecord } from '@atoll/storage'
import type { Did, Nsid, RecordKey } from '@atoll/syntax'

const utf8 = new TextEncoder()

/** How each record of a collection begins in responses. AT-URIs need no escapes in JSON. */
export function recordOpening(did: Did, collection: Nsid): Uint8Array {
  return utf8.encode(`{"uri":"at://${did}/${collection}/`)
}

/** The major type of a map, in the upper three bits of its first byte. */
const MAP = 5

/**
 * Whether `writeRecord` threw this because the record has no JSON form: its maps use keys that JSON
 * cannot hold, or it is not of the data model. Only an import can bring such records.
 */
export function isWithoutJson(error: unknown): boolean {
  return error instanceof DataModelError || error instanceof CborError
}

/**
 * Appends a record, which begins with `opening`, as getRecord and listRecords return it. It is
 * written straight from the stored bytes: decoding and encoding each record would dominate the
 * cost.
 */
export function writeRecord(
  json: JsonBuilder,
  opening: Uint8Array,
  rkey: RecordKey,
  cid: Uint8Array,
  block: Uint8Array,
): void {
  // JSON readers expect a map, and refuse a whole page that holds anything else.
  if (block[0]! >> 5 !== MAP) throw new DataModelError('', 'not a map')
  // In pieces: joining them first would cost as much as writing them.
  json.json(opening).ascii(rkey).ascii('","cid":"').cid(cid).ascii('","value":').block(block).ascii('}')
}

/** The whole response of getRecord. */
export function recordJson(did: Did, record: StoredRecord): Uint8Array {
  const json = new JsonBuilder()
  writeRecord(json, recordOpening(did, record.collection), record.rkey, record.cid.bytes, record.bytes)
  return json.finish()
}
