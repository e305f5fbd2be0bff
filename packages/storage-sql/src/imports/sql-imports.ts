import type { Cid } from '@atoll/data-model'
import type { ImportStore, RepoImport } from '@atoll/storage'
import type { Datetime } from '@atoll/syntax'
import { blockBytes } from '../repos/sql-repos.ts'
import { all, first, type Routine, type Run } from '../routine.ts'
import { cidOf } from '../rows.ts'
import { type Parameters, statement } from '../statement.ts'

/** An import in progress, by id. */
export const importById = statement((db, $: Parameters<{ id: string }>) =>
  db.selectFrom('repo_import').selectAll().where('id', '=', $('id')),
)
/** Contents that are to be deleted. */
export const someDiscarded = statement((db) => db.selectFrom('discarded_contents').select('repo').limit(1))
const startedBefore = statement((db, $: Parameters<{ time: Datetime; limit: number }>) =>
  db
    .selectFrom('repo_import')
    .select(['id', 'did', 'rev', 'started_at'])
    .where('started_at', '<', $('time'))
    .orderBy('started_at')
    .limit($('limit')),
)
const temporaryBlobs = statement((db, $: Parameters<{ id: string; after: Uint8Array; limit: number }>) =>
  db
    .selectFrom('repo_import')
    .innerJoin('blob_reference', 'blob_reference.repo', 'repo_import.repo')
    .innerJoin('blob', (on) =>
      on.onRef('blob.did', '=', 'repo_import.did').onRef('blob.cid', '=', 'blob_reference.cid'),
    )
    .select('blob_reference.cid')
    .distinct()
    .where('repo_import.id', '=', $('id'))
    .where('blob.temporary', '=', 1)
    .where('blob_reference.cid', '>', $('after'))
    .orderBy('blob_reference.cid')
    .limit($('limit')),
)

const nothing = new Uint8Array(0)

export class SqlImports implements ImportStore {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  block(id: string, cid: Cid): Promise<Uint8Array | undefined> {
    return this.#run(blockOfImport(id, cid))
  }

  async temporaryBlobs(id: string, { limit, cursor }: { limit: number; cursor?: Cid }): Promise<Cid[]> {
    const rows = await this.#run(all(temporaryBlobs, { id, after: cursor?.bytes ?? nothing, limit }))
    return rows.map((row) => cidOf(row.cid))
  }

  async startedBefore(time: Datetime, { limit }: { limit: number }): Promise<RepoImport[]> {
    const rows = await this.#run(all(startedBefore, { time, limit }))
    return rows.map(({ id, did, rev, started_at }) => ({ id, did, rev, startedAt: started_at }))
  }

  async hasDiscarded(): Promise<boolean> {
    return (await this.#run(first(someDiscarded, {}))) !== undefined
  }
}

function* blockOfImport(id: string, { bytes: cid }: Cid): Routine<Uint8Array | undefined> {
  const found = yield* first(importById, { id })
  if (!found) return undefined
  const { repo, early } = found
  const row = (yield* first(blockBytes, { repo, cid })) ?? (yield* first(blockBytes, { repo: early, cid }))
  return row?.bytes
}
