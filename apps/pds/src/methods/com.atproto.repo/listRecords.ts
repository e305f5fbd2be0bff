import { CID_LENGTH, JsonBuilder } from '@atoll/data-model'
import type { listRecords as method } from '@atoll/lexicons/com.atproto.repo'
import { type ListedRecord, maxPageBytes, type Storage } from '@atoll/storage'
import type { Did, Nsid, RecordKey } from '@atoll/syntax'
import type { Handler } from '@atoll/xrpc-server'
import type { Accounts } from '../../accounts/accounts.ts'
import { requireReadable } from '../../repos/readable.ts'
import { isWithoutJson, recordOpening, writeRecord } from '../../repos/record-json.ts'

/** About how many bytes stand around a record's value. */
const aroundRecord = 200

/** From this size on others have a turn of the event loop between the reading of a page and its writing. */
const longPageBytes = 256 * 1024

interface Deps {
  accounts: Pick<Accounts, 'find'>
  storage: Pick<Storage, 'records'>
}

export function listRecords({ accounts, storage }: Deps): Handler<typeof method> {
  return async ({ params }) => {
    const { did } = requireReadable(await accounts.find(params.repo), params.repo)
    const { collection, limit, cursor, reverse } = params
    const records = await storage.records.list(did, collection, { limit, cursor, reverse })
    // To read a large page takes milliseconds, and to write it as many again.
    const bytes = expectedBytes(records)
    if (bytes > longPageBytes) await new Promise((resolve) => setImmediate(resolve))
    const page = pageJson(did, collection, records, bytes)
    for (const { section } of records) storage.records.release?.(section)
    return { encoding: 'application/json; charset=utf-8', body: page.finish(), release: () => page.free() }
  }
}

function pageJson(did: Did, collection: Nsid, records: readonly ListedRecord[], bytes: number): JsonBuilder {
  const json = new JsonBuilder(bytes)
  json.ascii('{"records":[')
  let last: RecordKey | undefined
  const opening = recordOpening(did, collection)
  let separator = ''
  for (const { rkey, section } of records) {
    const before = json.length
    // Text may become six times as long in JSON as it is stored.
    if (before >= maxPageBytes) break
    last = rkey
    try {
      writeRecord(json.ascii(separator), opening, rkey, section, section.subarray(CID_LENGTH))
      separator = ','
    } catch (error) {
      // This record is left out, and the others are still listed.
      if (!isWithoutJson(error)) throw error
      json.cutTo(before)
    }
  }
  return json.ascii(last === undefined ? ']}' : `],"cursor":"${last}"}`)
}

function expectedBytes(records: readonly ListedRecord[]): number {
  return records.reduce((sum, { section }) => sum + section.length * 1.2 + aroundRecord, 0)
}
