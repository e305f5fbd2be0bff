import type { Block } from '@atoll/data-model'
import { type BlobReference, ConflictError, type RecordChange, type RepoChange } from '@atoll/storage'
import type { Did, Nsid, RecordKey, Tid } from '@atoll/syntax'
import { all, change, first, type Routine } from '../routine.ts'
import { cidOf } from '../rows.ts'
import { type Parameters, statement } from '../statement.ts'
import { repoByDid } from './repos.ts'

type HeadValues = { cid: Uint8Array; rev: Tid; data: Uint8Array }
type BlockKey = { repo: number; cid: Uint8Array }
type Path = { repo: number; collection: Nsid; rkey: RecordKey }

const insertRepo = statement((db, $: Parameters<HeadValues & { did: Did }>) =>
  db
    .insertInto('repo')
    .values({ did: $('did'), cid: $('cid'), rev: $('rev'), data: $('data') })
    .returning('key'),
)
const updateHead = statement((db, $: Parameters<HeadValues & { repo: number }>) =>
  db
    .updateTable('repo')
    .set({ cid: $('cid'), rev: $('rev'), data: $('data') })
    .where('key', '=', $('repo')),
)
const addBlock = statement((db, $: Parameters<BlockKey & { rev: Tid; bytes: Uint8Array }>) =>
  db
    .insertInto('block')
    .values({ repo: $('repo'), cid: $('cid'), refs: 1, rev: $('rev'), bytes: $('bytes') })
    .onConflict((conflict) =>
      conflict.columns(['repo', 'cid']).doUpdateSet((is) => ({ refs: is('block.refs', '+', 1) })),
    ),
)
const dropBlock = statement((db, $: Parameters<BlockKey>) =>
  db.deleteFrom('block').where('repo', '=', $('repo')).where('cid', '=', $('cid')).where('refs', '=', 1),
)
const releaseBlock = statement((db, $: Parameters<BlockKey>) =>
  db
    .updateTable('block')
    .set((is) => ({ refs: is('refs', '-', 1) }))
    .where('repo', '=', $('repo'))
    .where('cid', '=', $('cid')),
)
const blockExists = statement((db, $: Parameters<BlockKey>) =>
  db.selectFrom('block').select('id').where('repo', '=', $('repo')).where('cid', '=', $('cid')),
)
const putRecord = statement((db, $: Parameters<Path & { cid: Uint8Array; rev: Tid; link: string | null }>) =>
  db
    .insertInto('record')
    .values({
      repo: $('repo'),
      collection: $('collection'),
      rkey: $('rkey'),
      cid: $('cid'),
      rev: $('rev'),
      link: $('link'),
    })
    .onConflict((conflict) =>
      conflict.columns(['repo', 'collection', 'rkey']).doUpdateSet({ cid: $('cid'), rev: $('rev'), link: $('link') }),
    ),
)
const deleteRecord = statement((db, $: Parameters<Path>) =>
  db
    .deleteFrom('record')
    .where('repo', '=', $('repo'))
    .where('collection', '=', $('collection'))
    .where('rkey', '=', $('rkey')),
)
const noteCollection = statement((db, $: Parameters<{ repo: number; collection: Nsid }>) =>
  db
    .insertInto('repo_collection')
    .values({ repo: $('repo'), collection: $('collection') })
    .onConflict((conflict) => conflict.doNothing()),
)
const forgetEmptyCollection = statement((db, $: Parameters<{ repo: number; collection: Nsid }>) =>
  db
    .deleteFrom('repo_collection')
    .where('repo', '=', $('repo'))
    .where('collection', '=', $('collection'))
    .where((is) =>
      is.not(
        is.exists(
          is
            .selectFrom('record')
            .select('rkey')
            .where('record.repo', '=', $('repo'))
            .where('record.collection', '=', $('collection')),
        ),
      ),
    ),
)
const blobsOfRecord = statement((db, $: Parameters<Path>) =>
  db
    .selectFrom('blob_reference')
    .select('cid')
    .where('repo', '=', $('repo'))
    .where('collection', '=', $('collection'))
    .where('rkey', '=', $('rkey')),
)
const deleteReferences = statement((db, $: Parameters<Path>) =>
  db
    .deleteFrom('blob_reference')
    .where('repo', '=', $('repo'))
    .where('collection', '=', $('collection'))
    .where('rkey', '=', $('rkey')),
)
const addReference = statement((db, $: Parameters<Path & { cid: Uint8Array; rev: Tid }>) =>
  db
    .insertInto('blob_reference')
    .values({ repo: $('repo'), collection: $('collection'), rkey: $('rkey'), cid: $('cid'), rev: $('rev') })
    .onConflict((conflict) => conflict.doNothing()),
)
const countReference = statement((db, $: Parameters<{ did: Did; cid: Uint8Array }>) =>
  db
    .updateTable('blob')
    .set((is) => ({ refs: is('refs', '+', 1), temporary: 0 }))
    .where('did', '=', $('did'))
    .where('cid', '=', $('cid')),
)
const discountReference = statement((db, $: Parameters<{ did: Did; cid: Uint8Array }>) =>
  db
    .updateTable('blob')
    .set((is) => ({ refs: is('refs', '-', 1) }))
    .where('did', '=', $('did'))
    .where('cid', '=', $('cid')),
)
const forgetReferences = statement((db, $: Parameters<{ did: Did }>) =>
  db.updateTable('blob').set({ refs: 0 }).where('did', '=', $('did')).where('refs', '>', 0),
)
/** A thousand at a time, so that no single execution takes long. */
const deleteBlocks = statement((db, $: Parameters<{ repo: number }>) =>
  db
    .deleteFrom('block')
    .where('id', 'in', (is) => is.selectFrom('block').select('id').where('repo', '=', $('repo')).limit(1000)),
)
const deleteRows = (['record', 'repo_collection', 'blob_reference'] as const).map((table) =>
  statement((db, $: Parameters<{ repo: number }>) => db.deleteFrom(table).where('repo', '=', $('repo'))),
)
const deleteRepo = statement((db, $: Parameters<{ repo: number }>) =>
  db.deleteFrom('repo').where('key', '=', $('repo')),
)

export const repoWriter = {
  *apply(repoChange: RepoChange): Routine<void> {
    const { did, head } = repoChange
    const { key: repo, isNew } = yield* moveHead(repoChange)
    for (const { cid, bytes } of repoChange.added)
      yield* change(addBlock, { repo, cid: cid.bytes, rev: head.rev, bytes })
    for (const { bytes: cid } of repoChange.removed) {
      if ((yield* change(dropBlock, { repo, cid })) === 0) yield* change(releaseBlock, { repo, cid })
    }
    yield* writeRecords({ repo, did, rev: head.rev, isNew }, repoChange)
    for (const reference of repoChange.blobs) yield* refer(repo, did, head.rev, reference)
  },
  *delete(did: Did): Routine<void> {
    const row = yield* first(repoByDid, { did })
    if (!row) return
    const repo = row.key
    while ((yield* change(deleteBlocks, { repo })) > 0);
    for (const rows of deleteRows) yield* change(rows, { repo })
    yield* change(forgetReferences, { did })
    yield* change(deleteRepo, { repo })
  },
}

function* moveHead({ did, prev, head }: RepoChange): Routine<{ key: number; isNew: boolean }> {
  const values = { cid: head.cid.bytes, rev: head.rev, data: head.data.bytes }
  const stored = yield* first(repoByDid, { did })
  if (stored ? !prev || !sameBytes(stored.cid, prev.cid.bytes) : prev) {
    throw new ConflictError('repo', `${did} has moved on to ${stored ? cidOf(stored.cid) : 'nothing'}`)
  }
  if (stored) {
    yield* change(updateHead, { ...values, repo: stored.key })
    return { key: stored.key, isNew: false }
  }
  const created = yield* first(insertRepo, { ...values, did })
  return { key: created!.key, isNew: true }
}

function* writeRecords(
  { repo, did, rev, isNew }: { repo: number; did: Did; rev: Tid; isNew: boolean },
  { records, added }: RepoChange,
): Routine<void> {
  const stored = new Set(Array.from(added, (block: Block) => block.cid.key))
  const filled = new Set<Nsid>()
  const emptied = new Set<Nsid>()
  for (const record of records) {
    const path = { repo, collection: record.collection, rkey: record.rkey }
    if (!isNew) yield* dropReferences(did, path)
    if (record.cid) {
      if (!stored.has(record.cid.key)) yield* requireBlock(repo, record)
      yield* change(putRecord, { ...path, cid: record.cid.bytes, rev, link: record.link ?? null })
      filled.add(record.collection)
    } else {
      yield* change(deleteRecord, path)
      emptied.add(record.collection)
    }
  }
  for (const collection of filled) yield* change(noteCollection, { repo, collection })
  for (const collection of emptied) yield* change(forgetEmptyCollection, { repo, collection })
}

function* requireBlock(repo: number, { cid, collection, rkey }: RecordChange): Routine<void> {
  const found = cid && (yield* first(blockExists, { repo, cid: cid.bytes }))
  if (!found) throw new Error(`record ${collection}/${rkey} without its block`)
}

function* dropReferences(did: Did, path: Path): Routine<void> {
  const blobs = yield* all(blobsOfRecord, path)
  if (blobs.length === 0) return
  yield* change(deleteReferences, path)
  for (const { cid } of blobs) yield* change(discountReference, { did, cid })
}

function* refer(repo: number, did: Did, rev: Tid, { cid, collection, rkey }: BlobReference): Routine<void> {
  const added = yield* change(addReference, { repo, collection, rkey, cid: cid.bytes, rev })
  if (added > 0) yield* change(countReference, { did, cid: cid.bytes })
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}
