import { JsonBuilder } from '@atoll/data-model'
import type { StoredRecord } from '@atoll/storage'
import type { Did } from '@atoll/syntax'

/**
 * Appends a record as the answers of getRecord and listRecords hold it. It is written straight from the stored bytes, since turning
 * each record into values and back is most of what these methods would spend. AT-URIs need no escapes in JSON.
 */
export function writeRecord(json: JsonBuilder, did: Did, { collection, rkey, cid, bytes }: StoredRecord): void {
  // In pieces: to join them first would cost as much as to write them.
  json
    .ascii('{"uri":"at://')
    .ascii(did)
    .ascii('/')
    .ascii(collection)
    .ascii('/')
    .ascii(rkey)
    .ascii('","cid":"')
    .cid(cid)
    .ascii('","value":')
    .block(bytes)
    .ascii('}')
}

/** One record as a whole answer. */
export function recordJson(did: Did, record: StoredRecord): Uint8Array {
  const json = new JsonBuilder()
  writeRecord(json, did, record)
  return json.finish()
}
