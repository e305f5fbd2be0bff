import { cborToJson } from '@atoll/data-model'
import type { StoredRecord } from '@atoll/storage'
import { type Did, formatAtUri } from '@atoll/syntax'

/**
 * A record as the answers of getRecord and listRecords hold it, in JSON. It is written straight from the stored bytes, since turning
 * each record into values and back is most of what these methods would spend. AT-URIs and CIDs need no escapes in JSON.
 */
export function recordJson(did: Did, { collection, rkey, cid, bytes }: StoredRecord): string {
  return `{"uri":"${formatAtUri({ authority: did, collection, rkey })}","cid":"${cid}","value":${cborToJson(bytes)}}`
}
