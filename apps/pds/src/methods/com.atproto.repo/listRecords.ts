import { CID_LENGTH, JsonBuilder } from '@atoll/data-model'
import type { listRecords as method } from '@atoll/lexicons/com.atproto.repo'
import { type ListedRecord, maxPageBytes } from '@atoll/storage'
import type { Did, Nsid, RecordKey } from '@atoll/syntax'
import type { Handler } from '@atoll/xrpc-server'
import { isWithoutJson, recordOpening, writeRecord } from '../../repos/read/record-json.ts'
import type { Repos } from '../../repos/repos.ts'

/** About how many bytes of JSON surround a record's value. */
const aroundRecord = 200

/**
 * How much of a page is read, and then written, in one turn of the event loop. A record of 1 MB has
 * two turns to itself, of a millisecond or two.
 */
const maxBytesInTurn = 256 * 1024

interface Deps {
  repos: Pick<Repos, 'reader'>
}

export function listRecords({ repos }: Deps): Handler<typeof method> {
  return async ({ params, request }) => {
    const repo = await repos.reader.readable(params.repo)
    const { collection, reverse } = params
    let { limit, cursor } = params
    let page: PageJson | undefined
    for (;;) {
      const { records, takendown } = await repo.records(collection, {
        limit,
        cursor,
        reverse,
        maxBytes: maxBytesInTurn,
      })
      const bytes = records.reduce((sum, { section }) => sum + section.length, 0)
      const isLong = bytes >= maxBytesInTurn
      if (isLong) await request.nextTurn()
      page ??= new PageJson(repo.did, collection, bytes * 1.2 + records.length * aroundRecord)
      page.add(records, takendown)
      repo.release(records)
      limit -= records.length
      // A short page is the last, as is one that has all that was asked for.
      if (!isLong || limit <= 0 || page.isFull) return page.finish()
      cursor = page.last
      await request.nextTurn()
    }
  }
}

/** The JSON of a page, record by record. */
class PageJson {
  readonly #json: JsonBuilder
  readonly #opening: Uint8Array
  #separator = ''
  last: RecordKey | undefined

  constructor(did: Did, collection: Nsid, expectedBytes: number) {
    this.#json = new JsonBuilder(expectedBytes).ascii('{"records":[')
    this.#opening = recordOpening(did, collection)
  }

  /** A page is bounded as JSON too: text may be six times as long in JSON as it is stored. */
  get isFull(): boolean {
    return this.#json.length >= maxPageBytes
  }

  /** Adds records, without those that are taken down: of these only the cursor knows. */
  add(records: readonly ListedRecord[], takendown: ReadonlySet<RecordKey>): void {
    const json = this.#json
    for (const { rkey, section } of records) {
      if (this.isFull) return
      const before = json.length
      this.last = rkey
      if (takendown.has(rkey)) continue
      try {
        writeRecord(json.ascii(this.#separator), this.#opening, rkey, section, section.subarray(CID_LENGTH))
        this.#separator = ','
      } catch (error) {
        // This record is left out, and the others are still listed.
        if (!isWithoutJson(error)) throw error
        json.cutTo(before)
      }
    }
  }

  finish() {
    const json = this.#json.ascii(this.last === undefined ? ']}' : `],"cursor":"${this.last}"}`)
    return { encoding: 'application/json; charset=utf-8', body: json.finish(), release: () => json.free() }
  }
}
