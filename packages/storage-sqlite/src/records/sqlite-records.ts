import { type ListedRecord, maxPageBytes, type RecordStore } from '@atoll/storage'
import { first, type Routine, type Run, repoByDid, SqlRecordReads } from '@atoll/storage-sql'
import type { Did, Nsid } from '@atoll/syntax'
import { packedRecords } from './packed.ts'

/** Sorts after every record key, since those are ASCII. */
const highest = '\x7f'

type ListOptions = Parameters<RecordStore['list']>[2]

/** Records; a page is read as one row. */
export class SqliteRecords extends SqlRecordReads implements RecordStore {
  readonly #run: Run

  constructor(run: Run) {
    super(run)
    this.#run = run
  }

  list(
    did: Did,
    collection: Nsid,
    { limit, cursor, reverse = false, maxBytes = maxPageBytes }: ListOptions,
  ): Promise<ListedRecord[]> {
    const from = cursor ?? (reverse ? '' : highest)
    return this.#run(recordsOf(did, { collection, from, limit, reverse, maxBytes }))
  }
}

function* recordsOf(
  did: Did,
  page: { collection: Nsid; from: string; limit: number; reverse: boolean; maxBytes: number },
): Routine<ListedRecord[]> {
  const repo = yield* first(repoByDid, { did })
  if (!repo) return []
  return yield* packedRecords({ repo: repo.key, ...page })
}
