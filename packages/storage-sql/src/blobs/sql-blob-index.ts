import type { Cid } from '@atoll/data-model'
import {
  type BlobIndex,
  type BlobIndexWrites,
  type BlobKey,
  type BlobMetadata,
  type BlobReference,
  ConflictError,
  maxOtherTypes,
  type StoredBlob,
  type UnreferencedBlob,
} from '@atoll/storage'
import type { Datetime, Did, Nsid, RecordKey, Tid } from '@atoll/syntax'
import { sql } from 'kysely'
import type { RoutinesOf } from '../intents.ts'
import { repoByDid } from '../repos/sql-repos.ts'
import { all, change, first, type Routine, type Run } from '../routine.ts'
import { cidOf, orUndefined } from '../rows.ts'
import { type Parameters, statement } from '../statement.ts'
import { countUsage, exceedsQuota, setQuota } from './sql-blob-usage.ts'

type BlobRowKey = { did: Did; cid: Uint8Array }
type PageOf = { did: Did; after: Uint8Array; limit: number }

const blob = statement((db, $: Parameters<BlobRowKey>) =>
  db
    .selectFrom('blob')
    .select((is) => [
      'mime_type',
      'size',
      'created_at',
      'temporary',
      is
        .selectFrom('blob_takedown')
        .select('reference')
        .whereRef('blob_takedown.did', '=', 'blob.did')
        .whereRef('blob_takedown.cid', '=', 'blob.cid')
        .as('reference'),
    ])
    .where('did', '=', $('did'))
    .where('cid', '=', $('cid')),
)
const known = statement((db, $: Parameters<BlobRowKey>) =>
  db.selectFrom('blob').select(['mime_type', 'size']).where('did', '=', $('did')).where('cid', '=', $('cid')),
)
const otherTypes = statement((db, $: Parameters<BlobRowKey>) =>
  db
    .selectFrom('blob_type')
    .select('mime_type')
    .where('did', '=', $('did'))
    .where('cid', '=', $('cid'))
    .orderBy('mime_type'),
)
const noteType = statement((db, $: Parameters<BlobRowKey & { mimeType: string }>) =>
  db
    .insertInto('blob_type')
    .values({ did: $('did'), cid: $('cid'), mime_type: $('mimeType') })
    .onConflict((conflict) => conflict.columns(['did', 'cid', 'mime_type']).doNothing()),
)
const forgetTypes = statement((db, $: Parameters<BlobRowKey>) =>
  db.deleteFrom('blob_type').where('did', '=', $('did')).where('cid', '=', $('cid')),
)
const takedownOf = statement((db, $: Parameters<BlobRowKey>) =>
  db.selectFrom('blob_takedown').select('reference').where('did', '=', $('did')).where('cid', '=', $('cid')),
)
const takendownBetween = statement((db, $: Parameters<{ did: Did; first: Uint8Array; last: Uint8Array }>) =>
  db
    .selectFrom('blob_takedown')
    .select('cid')
    .where('did', '=', $('did'))
    .where('cid', '>=', $('first'))
    .where('cid', '<=', $('last'))
    .orderBy('cid'),
)
const listed = statement((db, $: Parameters<PageOf & { since: string }>) =>
  db
    .selectFrom('blob_reference')
    .select('cid')
    .distinct()
    .where('repo', '=', (is) => is.selectFrom('repo').select('key').where('did', '=', $('did')))
    .where('cid', '>', $('after'))
    .where('rev', '>', $('since') as Tid)
    .orderBy('cid')
    .limit($('limit')),
)
const referencesTo = statement((db, $: Parameters<BlobRowKey & { collection: string; rkey: string; limit: number }>) =>
  db
    .selectFrom('blob_reference')
    .select(['collection', 'rkey'])
    .where('repo', '=', (is) => is.selectFrom('repo').select('key').where('did', '=', $('did')))
    .where('cid', '=', $('cid'))
    .where((is) =>
      is.or([
        is('collection', '>', $('collection') as Nsid),
        is.and([is('collection', '=', $('collection') as Nsid), is('rkey', '>', $('rkey') as RecordKey)]),
      ]),
    )
    .orderBy('collection')
    .orderBy('rkey')
    .limit($('limit')),
)
const missing = statement((db, $: Parameters<PageOf>) =>
  db
    .selectFrom('repo')
    .innerJoin('blob_reference', 'blob_reference.repo', 'repo.key')
    .select('blob_reference.cid')
    .distinct()
    .where('repo.did', '=', $('did'))
    .where('blob_reference.cid', '>', $('after'))
    .where((is) =>
      is.not(
        is.exists(
          is
            .selectFrom('blob')
            .select('size')
            .whereRef('blob.did', '=', 'repo.did')
            .whereRef('blob.cid', '=', 'blob_reference.cid'),
        ),
      ),
    )
    .orderBy('blob_reference.cid')
    .limit($('limit')),
)
const unreferenced = statement((db, $: Parameters<{ createdBefore: Datetime; limit: number }>) =>
  db
    .selectFrom('blob')
    .select(['did', 'cid', 'temporary'])
    .where('refs', '=', sql.lit(0))
    .where((is) => is.or([is('temporary', '=', 0), is('created_at', '<', $('createdBefore'))]))
    .orderBy('did')
    .orderBy('cid')
    .limit($('limit')),
)
const unreferencedOf = statement((db, $: Parameters<{ did: Did; createdBefore: Datetime; limit: number }>) =>
  db
    .selectFrom('blob')
    .select(['did', 'cid', 'temporary'])
    .where('did', '=', $('did'))
    .where('refs', '=', sql.lit(0))
    .where((is) => is.or([is('temporary', '=', 0), is('created_at', '<', $('createdBefore'))]))
    .orderBy('cid')
    .limit($('limit')),
)
const counts = statement((db, $: Parameters<{ did: Did }>) =>
  db
    .selectFrom('repo')
    .innerJoin('blob_reference', 'blob_reference.repo', 'repo.key')
    .leftJoin('blob', (on) => on.onRef('blob.did', '=', 'repo.did').onRef('blob.cid', '=', 'blob_reference.cid'))
    .select((is) => [
      is.fn.count<number>('blob_reference.cid').distinct().as('expected'),
      is.fn.count<number>('blob.cid').distinct().as('imported'),
    ])
    .where('repo.did', '=', $('did')),
)
const referenceCount = statement((db, $: Parameters<{ repo: number; cid: Uint8Array }>) =>
  db
    .selectFrom('blob_reference')
    .select((is) => is.fn.countAll<number>().as('count'))
    .where('repo', '=', $('repo'))
    .where('cid', '=', $('cid')),
)
const putBlob = statement(
  (db, $: Parameters<Omit<BlobMetadata, 'cid'> & BlobRowKey & { refs: number; temporary: 0 | 1 }>) =>
    db
      .insertInto('blob')
      .values({
        did: $('did'),
        cid: $('cid'),
        mime_type: $('mimeType'),
        size: $('size'),
        created_at: $('createdAt'),
        refs: $('refs'),
        temporary: $('temporary'),
      })
      .onConflict((conflict) =>
        conflict.columns(['did', 'cid']).doUpdateSet({
          size: $('size'),
          created_at: $('createdAt'),
          refs: $('refs'),
          temporary: $('temporary'),
        }),
      ),
)
const putTakedown = statement((db, $: Parameters<BlobRowKey & { reference: string }>) =>
  db
    .insertInto('blob_takedown')
    .values({ did: $('did'), cid: $('cid'), reference: $('reference') })
    .onConflict((conflict) => conflict.columns(['did', 'cid']).doUpdateSet({ reference: $('reference') })),
)
const deleteTakedown = statement((db, $: Parameters<BlobRowKey>) =>
  db.deleteFrom('blob_takedown').where('did', '=', $('did')).where('cid', '=', $('cid')),
)
const deleteUnreferenced = statement((db, $: Parameters<BlobRowKey & { createdBefore: Datetime }>) =>
  db
    .deleteFrom('blob')
    .where('did', '=', $('did'))
    .where('cid', '=', $('cid'))
    .where('refs', '=', sql.lit(0))
    .where((is) => is.or([is('temporary', '=', 0), is('created_at', '<', $('createdBefore'))])),
)
const notePending = statement((db, $: Parameters<BlobRowKey>) =>
  db
    .insertInto('blob_discarded')
    .values({ did: $('did'), cid: $('cid') })
    .onConflict((conflict) => conflict.columns(['did', 'cid']).doNothing()),
)
const pendingDeletion = statement((db, $: Parameters<{ limit: number }>) =>
  db.selectFrom('blob_discarded').select(['did', 'cid']).orderBy('did').orderBy('cid').limit($('limit')),
)
const deletePending = statement((db, $: Parameters<BlobRowKey>) =>
  db.deleteFrom('blob_discarded').where('did', '=', $('did')).where('cid', '=', $('cid')),
)

const nothing = new Uint8Array(0)
/** Sorts before every record. */
const noRecord = { collection: '', rkey: '' }

export class SqlBlobIndex implements BlobIndex {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  async get(did: Did, cid: Cid): Promise<StoredBlob | undefined> {
    const row = await this.#run(first(blob, { did, cid: cid.bytes }))
    if (!row) return undefined
    return {
      cid,
      mimeType: row.mime_type,
      size: row.size,
      createdAt: row.created_at,
      temporary: row.temporary === 1,
      takedown: orUndefined(row.reference),
    }
  }

  async otherTypes(did: Did, cid: Cid): Promise<string[]> {
    return (await this.#run(all(otherTypes, { did, cid: cid.bytes }))).map((row) => row.mime_type)
  }

  async takedown(did: Did, cid: Cid): Promise<string | undefined> {
    return (await this.#run(first(takedownOf, { did, cid: cid.bytes })))?.reference
  }

  async takendown(did: Did, { first, last }: { readonly first: Cid; readonly last: Cid }): Promise<Cid[]> {
    const rows = await this.#run(all(takendownBetween, { did, first: first.bytes, last: last.bytes }))
    return rows.map(({ cid }) => cidOf(cid))
  }

  async list(did: Did, options: { limit: number; cursor?: Cid; since?: Tid }): Promise<Cid[]> {
    const { limit, cursor, since = '' } = options
    const rows = await this.#run(all(listed, { did, after: cursor?.bytes ?? nothing, since, limit }))
    return rows.map((row) => cidOf(row.cid))
  }

  async references(
    did: Did,
    cid: Cid,
    { limit, after }: { limit: number; after?: { collection: string; rkey: string } },
  ): Promise<BlobReference[]> {
    const rows = await this.#run(all(referencesTo, { did, cid: cid.bytes, ...(after ?? noRecord), limit }))
    return rows.map(({ collection, rkey }) => ({ cid, collection, rkey }))
  }

  missing(did: Did, { limit, cursor }: { limit: number; cursor?: Cid }): Promise<BlobReference[]> {
    return this.#run(missingOf(did, limit, cursor))
  }

  async unreferenced(options: { did?: Did; createdBefore: Datetime; limit: number }): Promise<UnreferencedBlob[]> {
    const { did, createdBefore, limit } = options
    const rows = await this.#run(
      did === undefined
        ? all(unreferenced, { createdBefore, limit })
        : all(unreferencedOf, { did, createdBefore, limit }),
    )
    return rows.map((row) => ({ did: row.did, cid: cidOf(row.cid), temporary: row.temporary === 1 }))
  }

  async pendingDeletion({ limit }: { limit: number }): Promise<BlobKey[]> {
    const rows = await this.#run(all(pendingDeletion, { limit }))
    return rows.map((row) => ({ did: row.did, cid: cidOf(row.cid) }))
  }

  async counts(did: Did): Promise<{ expected: number; imported: number }> {
    return (await this.#run(first(counts, { did }))) ?? { expected: 0, imported: 0 }
  }
}

export const blobRoutines: RoutinesOf<BlobIndexWrites> = {
  *add(
    did: Did,
    { cid, mimeType, size, createdAt }: BlobMetadata,
    { quota }: { quota?: number | undefined } = {},
  ): Routine<void> {
    if (yield* first(takedownOf, { did, cid: cid.bytes })) throw new ConflictError('blobTakedown')
    const repo = yield* first(repoByDid, { did })
    const referring = repo && (yield* first(referenceCount, { repo: repo.key, cid: cid.bytes }))
    const refs = referring?.count ?? 0
    const temporary = refs === 0 ? 1 : 0
    const before = yield* first(known, { did, cid: cid.bytes })
    yield* change(putBlob, { did, cid: cid.bytes, mimeType, size, createdAt, refs, temporary })
    if (before && before.mime_type !== mimeType) yield* addType({ did, cid: cid.bytes }, mimeType)
    yield* countUsage(did, { blobs: before ? 0 : 1, bytes: size - (before?.size ?? 0) })
    if (!before && (yield* exceedsQuota(did, quota))) throw new ConflictError('blobQuota')
  },
  *setQuota(did: Did, bytes: number | undefined): Routine<void> {
    yield* setQuota(did, bytes)
  },
  *setTakedown(did: Did, cid: Cid, reference: string | undefined): Routine<void> {
    if (reference === undefined) yield* change(deleteTakedown, { did, cid: cid.bytes })
    else yield* change(putTakedown, { did, cid: cid.bytes, reference })
  },
  *markUnreferenced(did: Did, cids: readonly Cid[], createdBefore: Datetime): Routine<void> {
    for (const cid of cids) {
      const before = yield* first(known, { did, cid: cid.bytes })
      const deleted = yield* change(deleteUnreferenced, { did, cid: cid.bytes, createdBefore })
      if (deleted === 0) continue
      yield* countUsage(did, { blobs: -1, bytes: -(before?.size ?? 0) })
      yield* change(forgetTypes, { did, cid: cid.bytes })
      yield* change(notePending, { did, cid: cid.bytes })
    }
  },
  *confirmDeleted(did: Did, cids: readonly Cid[]): Routine<void> {
    for (const cid of cids) yield* change(deletePending, { did, cid: cid.bytes })
  },
}

function* addType(key: BlobRowKey, mimeType: string): Routine<void> {
  const known = yield* all(otherTypes, key)
  if (known.length < maxOtherTypes) yield* change(noteType, { ...key, mimeType })
}

function* missingOf(did: Did, limit: number, cursor: Cid | undefined): Routine<BlobReference[]> {
  const rows = yield* all(missing, { did, after: cursor?.bytes ?? nothing, limit })
  const references: BlobReference[] = []
  for (const row of rows) {
    const [reference] = yield* all(referencesTo, { did, cid: row.cid, ...noRecord, limit: 1 })
    if (reference) references.push({ cid: cidOf(row.cid), ...reference })
  }
  return references
}
