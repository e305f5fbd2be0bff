import { JsonBuilder } from '@atoll/data-model'
import type { StoredRecord } from '@atoll/storage'
import type { Did, Nsid, RecordKey } from '@atoll/syntax'

const utf8 = new TextEncoder()

/** What the records of a collection begin with in answers. AT-URIs need no escapes in JSON. */
export function recordOpening(did: Did, collection: Nsid): Uint8Array {
  return utf8.encode(`{"uri":"at://${did}/${collection}/`)
}

/**
 * Appends a record, of which `opening` is the beginning, as the answers of getRecord and listRecords hold it. It is written straight
 * from the stored bytes, since turning each record into values and back is most of what these methods would spend.
 */
export function writeRecord(
  json: JsonBuilder,
  opening: Uint8Array,
  rkey: RecordKey,
  cid: Uint8Array,
  block: Uint8Array,
): void {
  // In pieces: to join them first would cost as much as to write them.
  json.json(opening).ascii(rkey).ascii('","cid":"').cid(cid).ascii('","value":').block(block).ascii('}')
}

/** One record as a whole answer. */
export function recordJson(did: Did, record: StoredRecord): Uint8Array {
  const json = new JsonBuilder()
  writeRecord(json, recordOpening(did, record.collection), record.rkey, record.cid.bytes, record.bytes)
  return json.finish()
}
