import { blockOfSection } from '@atoll/data-model'
import type { RecordStore, StoredRecord } from '@atoll/storage'
import { first, packedRecords, type Routine, type Run, repoByDid, SqlRecordReads } from '@atoll/storage-sql'
import type { Did, Nsid } from '@atoll/syntax'

/** Above every record key, which are ASCII. */
const highest = '\x7f'

/** Records, of which a page comes in one piece. */
export class SqliteRecords extends SqlRecordReads implements RecordStore {
  readonly #run: Run

  constructor(run: Run) {
    super(run)
    this.#run = run
  }

  list(
    did: Did,
    collection: Nsid,
    { limit, cursor, reverse = false }: { limit: number; cursor?: string; reverse?: boolean },
  ): Promise<StoredRecord[]> {
    const from = cursor ?? (reverse ? '' : highest)
    return this.#run(recordsOf(did, { collection, from, limit, reverse }))
  }
}

function* recordsOf(
  did: Did,
  page: { collection: Nsid; from: string; limit: number; reverse: boolean },
): Routine<StoredRecord[]> {
  const repo = yield* first(repoByDid, { did })
  if (!repo) return []
  const { collection } = page
  const records = yield* packedRecords({ repo: repo.key, ...page })
  return records.map(({ rkey, rev, section }) => {
    // To spread the block would take longer than to make it.
    const { cid, bytes } = blockOfSection(section)
    return { collection, rkey, rev, cid, bytes }
  })
}
