import { type Adoption, ConflictError, type ImportBatch, type ImportWrites, type RepoImport } from '@atoll/storage'
import type { Datetime, Did, Nsid, Tid } from '@atoll/syntax'
import type { RoutinesOf } from '../intents.ts'
import { addBlocks, addReference } from '../repos/repo-routines.ts'
import { repoByDid } from '../repos/sql-repos.ts'
import { change, first, type Routine } from '../routine.ts'
import { cidOf } from '../rows.ts'
import { type Parameters, statement } from '../statement.ts'
import { gatherBlocks, gatherRecords } from './gather-routines.ts'
import { importById, someDiscarded } from './sql-imports.ts'

type Repo = { repo: number }
type Contents = { did: Did; repo: number; early: number; rev: Tid }

const importOf = statement((db, $: Parameters<{ did: Did }>) =>
  db.selectFrom('repo_import').select(['id', 'did', 'repo', 'early']).where('did', '=', $('did')),
)
const insertImport = statement((db, $: Parameters<Contents & { id: string; startedAt: Datetime }>) =>
  db.insertInto('repo_import').values({
    id: $('id'),
    did: $('did'),
    repo: $('repo'),
    early: $('early'),
    rev: $('rev'),
    started_at: $('startedAt'),
  }),
)
const deleteImport = statement((db, $: Parameters<{ id: string }>) =>
  db.deleteFrom('repo_import').where('id', '=', $('id')),
)
/** Takes the next key of repositories: no other contents ever get it. */
const takeKey = statement((db, $: Parameters<{ did: Did; none: Uint8Array; rev: Tid }>) =>
  db
    .insertInto('repo')
    .values({ did: $('did'), cid: $('none'), rev: $('rev'), data: $('none') })
    .returning('key'),
)
const deleteRepoRow = statement((db, $: Parameters<Repo>) => db.deleteFrom('repo').where('key', '=', $('repo')))
const moveHead = statement((db, $: Parameters<Repo & { did: Did; cid: Uint8Array; rev: Tid; data: Uint8Array }>) =>
  db
    .updateTable('repo')
    .set({ key: $('repo'), cid: $('cid'), rev: $('rev'), data: $('data') })
    .where('did', '=', $('did')),
)
const recountReferences = statement((db, $: Parameters<Repo & { did: Did }>) =>
  db
    .updateTable('blob')
    .set((is) => ({
      refs: is
        .selectFrom('blob_reference')
        .select((row) => row.fn.countAll<number>().as('count'))
        .where('blob_reference.repo', '=', $('repo'))
        .whereRef('blob_reference.cid', '=', 'blob.cid')
        .$asScalar()
        .$notNull(),
    }))
    .where('did', '=', $('did')),
)
const keepReferenced = statement((db, $: Parameters<{ did: Did }>) =>
  db
    .updateTable('blob')
    .set({ temporary: 0 })
    .where('did', '=', $('did'))
    .where('refs', '>', 0)
    .where('temporary', '=', 1),
)
const noteDiscarded = statement((db, $: Parameters<Repo & { did: Did }>) =>
  db.insertInto('discarded_contents').values({ repo: $('repo'), did: $('did') }),
)
const forgetDiscarded = statement((db, $: Parameters<Repo>) =>
  db.deleteFrom('discarded_contents').where('repo', '=', $('repo')),
)
const someBlocks = statement((db, $: Parameters<Repo & { limit: number }>) =>
  db
    .deleteFrom('block')
    .where('id', 'in', (is) => is.selectFrom('block').select('id').where('repo', '=', $('repo')).limit($('limit'))),
)
const someCollection = statement((db, $: Parameters<Repo>) =>
  db.selectFrom('repo_collection').select('collection').where('repo', '=', $('repo')).limit(1),
)
const someOf = (['blob_reference', 'record'] as const).map((table) =>
  statement((db, $: Parameters<Repo & { collection: Nsid; limit: number }>) =>
    db
      .deleteFrom(table)
      .where('repo', '=', $('repo'))
      .where('collection', '=', $('collection'))
      .where('rkey', 'in', (is) =>
        is
          .selectFrom(table)
          .select('rkey')
          .where('repo', '=', $('repo'))
          .where('collection', '=', $('collection'))
          .limit($('limit')),
      ),
  ),
)
const forgetCollection = statement((db, $: Parameters<Repo & { collection: Nsid }>) =>
  db.deleteFrom('repo_collection').where('repo', '=', $('repo')).where('collection', '=', $('collection')),
)

export const importRoutines: RoutinesOf<ImportWrites> = {
  *begin({ id, did, rev, startedAt }: RepoImport): Routine<void> {
    const earlier = yield* first(importOf, { did })
    if (earlier) yield* discardImport(earlier)
    const repo = yield* newKey(id, rev)
    const early = yield* newKey(id, rev)
    yield* change(insertImport, { id, did, repo, early, rev, startedAt })
  },
  *gather(id: string, { added, early, records, blobs }: ImportBatch): Routine<void> {
    const { repo, early: aside, rev } = yield* requireImport(id)
    yield* gatherBlocks({ repo, rev }, added)
    yield* gatherBlocks({ repo: aside, rev }, early)
    yield* gatherRecords({ repo, rev }, records)
    for (const { cid, collection, rkey } of blobs) {
      yield* change(addReference, { repo, collection, rkey, cid: cid.bytes, rev })
    }
  },
  *adopt(id: string, { did, prev, head, commit }: Adoption): Routine<void> {
    const { repo, early } = yield* requireImport(id)
    const replaced = yield* first(repoByDid, { did })
    const stored = replaced && cidOf(replaced.cid)
    if (!stored?.equals(prev.cid)) throw new ConflictError('repo', `${did} has moved on to ${stored ?? 'nothing'}`)
    yield* addBlocks({ repo, rev: head.rev }, { added: [commit], records: [] })
    yield* change(moveHead, { did, repo, cid: head.cid.bytes, rev: head.rev, data: head.data.bytes })
    yield* change(recountReferences, { did, repo })
    yield* change(keepReferenced, { did })
    yield* change(noteDiscarded, { repo: replaced!.key, did })
    yield* change(noteDiscarded, { repo: early, did })
    yield* change(deleteImport, { id })
  },
  *discard(id: string): Routine<void> {
    const found = yield* first(importById, { id })
    if (found) yield* discardImport(found)
  },
  *clear(limit: number): Routine<void> {
    let left = limit
    for (let row = yield* first(someDiscarded, {}); row && left > 0; row = yield* first(someDiscarded, {})) {
      left -= yield* clearContents(row.repo, left)
      if (left > 0) yield* change(forgetDiscarded, row)
    }
  },
}

/** Deletes about `limit` rows of contents; fewer only if nothing is left. Returns how many. */
function* clearContents(repo: number, limit: number): Routine<number> {
  let deleted = yield* change(someBlocks, { repo, limit })
  while (deleted < limit) {
    const row = yield* first(someCollection, { repo })
    if (!row) break
    const values = { repo, collection: row.collection, limit: limit - deleted }
    let gone = 0
    for (const some of someOf) gone += yield* change(some, values)
    deleted += gone === 0 ? yield* change(forgetCollection, values) : gone
  }
  return deleted
}

function* requireImport(id: string): Routine<Contents> {
  const found = yield* first(importById, { id })
  if (!found) throw new ConflictError('import', 'the import was discarded, or is done')
  return found
}

function* discardImport({ id, did, repo, early }: Omit<Contents, 'rev'> & { id: string }): Routine<void> {
  yield* change(noteDiscarded, { repo, did })
  yield* change(noteDiscarded, { repo: early, did })
  yield* change(deleteImport, { id })
}

function* newKey(id: string, rev: Tid): Routine<number> {
  // Never visible: the row is deleted again in this transaction.
  const row = yield* first(takeKey, { did: `did:import:${id}`, none: new Uint8Array(0), rev })
  yield* change(deleteRepoRow, { repo: row!.key })
  return row!.key
}
