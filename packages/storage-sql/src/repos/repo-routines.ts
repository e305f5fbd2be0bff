import { type BlobReference, ConflictError, type RecordChange, type RepoChange, type RepoWrites } from '@atoll/storage'
import type { Did, Nsid, RecordKey, Tid } from '@atoll/syntax'
import type { Kysely } from 'kysely'
import type { RoutinesOf } from '../intents.ts'
import { all, change, first, type Routine } from '../routine.ts'
import { cidOf } from '../rows.ts'
import type { Schema } from '../schema.ts'
import { type Parameters, statement } from '../statement.ts'
import { repoByDid } from './sql-repos.ts'

type HeadValues = { cid: Uint8Array; rev: Tid; data: Uint8Array }
type BlockKey = { repo: number; cid: Uint8Array }
type NewBlock = BlockKey & { rev: Tid; bytes: Uint8Array }
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
const addBlock = statement(insertBlock)
const addRecordBlock = statement((db, $: Parameters<NewBlock>) => insertBlock(db, $).returning('id'))
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
const blockRow = statement((db, $: Parameters<BlockKey>) =>
  db.selectFrom('block').select('id').where('repo', '=', $('repo')).where('cid', '=', $('cid')),
)
type RecordValues = { cid: Uint8Array; rev: Tid; block: number; subject: string | null }

const putRecord = statement((db, $: Parameters<Path & RecordValues>) =>
  db
    .insertInto('record')
    .values({
      repo: $('repo'),
      collection: $('collection'),
      rkey: $('rkey'),
      cid: $('cid'),
      rev: $('rev'),
      block: $('block'),
      link: $('subject'),
    })
    .onConflict((conflict) =>
      conflict
        .columns(['repo', 'collection', 'rkey'])
        .doUpdateSet({ cid: $('cid'), rev: $('rev'), block: $('block'), link: $('subject') }),
    ),
)
const deleteRecord = statement((db, $: Parameters<Path>) =>
  db
    .deleteFrom('record')
    .where('repo', '=', $('repo'))
    .where('collection', '=', $('collection'))
    .where('rkey', '=', $('rkey')),
)
export const noteCollection = statement((db, $: Parameters<{ repo: number; collection: Nsid }>) =>
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
export const addReference = statement((db, $: Parameters<Path & { cid: Uint8Array; rev: Tid }>) =>
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
/** A thousand rows at a time, so that no single execution takes long. */
const deleteBlocks = statement((db, $: Parameters<{ repo: number }>) =>
  db
    .deleteFrom('block')
    .where('id', 'in', (is) => is.selectFrom('block').select('id').where('repo', '=', $('repo')).limit(1000)),
)
const deleteRows = (['record', 'repo_collection', 'blob_reference'] as const).map((table) =>
  statement((db, $: Parameters<{ repo: number }>) => db.deleteFrom(table).where('repo', '=', $('repo'))),
)
/** What is under keys that take, or have taken, the place of a repository's. */
const setAside = statement((db, $: Parameters<{ did: Did }>) =>
  db.selectFrom('discarded_contents').select('repo').where('did', '=', $('did')),
)
const forgetSetAside = statement((db, $: Parameters<{ did: Did }>) =>
  db.deleteFrom('discarded_contents').where('did', '=', $('did')),
)
const importOf = statement((db, $: Parameters<{ did: Did }>) =>
  db.selectFrom('repo_import').select(['repo', 'early']).where('did', '=', $('did')),
)
const forgetImport = statement((db, $: Parameters<{ did: Did }>) =>
  db.deleteFrom('repo_import').where('did', '=', $('did')),
)
const deleteRepo = statement((db, $: Parameters<{ repo: number }>) =>
  db.deleteFrom('repo').where('key', '=', $('repo')),
)

/** Row numbers of blocks, by the key of their CID. */
type BlockRows = ReadonlyMap<string, number>

function insertBlock(db: Kysely<Schema>, $: Parameters<NewBlock>) {
  return db
    .insertInto('block')
    .values({ repo: $('repo'), cid: $('cid'), refs: 1, rev: $('rev'), bytes: $('bytes') })
    .onConflict((conflict) =>
      conflict.columns(['repo', 'cid']).doUpdateSet((is) => ({ refs: is('block.refs', '+', 1) })),
    )
}

export const repoRoutines: RoutinesOf<RepoWrites> = {
  *apply(repoChange: RepoChange): Routine<void> {
    const { did, head } = repoChange
    const { key: repo, isNew } = yield* moveHead(repoChange)
    const rows = yield* addBlocks({ repo, rev: head.rev }, repoChange)
    for (const { bytes: cid } of repoChange.removed) {
      if ((yield* change(dropBlock, { repo, cid })) === 0) yield* change(releaseBlock, { repo, cid })
    }
    yield* writeRecords({ repo, did, rev: head.rev, isNew, rows }, repoChange)
    for (const reference of repoChange.blobs) yield* refer(repo, did, head.rev, reference)
  },
  *delete(did: Did): Routine<void> {
    for (const { repo } of yield* all(setAside, { did })) yield* deleteContents(repo)
    yield* change(forgetSetAside, { did })
    for (const { repo, early } of yield* all(importOf, { did })) {
      yield* deleteContents(repo)
      yield* deleteContents(early)
    }
    yield* change(forgetImport, { did })
    const row = yield* first(repoByDid, { did })
    if (!row) return
    yield* deleteContents(row.key)
    yield* change(forgetReferences, { did })
    yield* change(deleteRepo, { repo: row.key })
  },
}

function* deleteContents(repo: number): Routine<void> {
  while ((yield* change(deleteBlocks, { repo })) > 0);
  for (const rows of deleteRows) yield* change(rows, { repo })
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

/**
 * Stores the new blocks; returns the rows of those that hold records of this change, by the key of
 * their CID.
 */
export function* addBlocks(
  { repo, rev }: { repo: number; rev: Tid },
  { added, records }: Pick<RepoChange, 'added' | 'records'>,
): Routine<BlockRows> {
  const held = new Set<string>()
  for (const { cid } of records) if (cid) held.add(cid.key)
  const rows = new Map<string, number>()
  for (const { cid, bytes } of added) {
    const block = { repo, cid: cid.bytes, rev, bytes }
    if (held.has(cid.key)) rows.set(cid.key, (yield* first(addRecordBlock, block))!.id)
    else yield* change(addBlock, block)
  }
  return rows
}

function* writeRecords(
  { repo, did, rev, isNew, rows }: { repo: number; did: Did; rev: Tid; isNew: boolean; rows: BlockRows },
  { records }: Pick<RepoChange, 'records'>,
): Routine<void> {
  const filled = new Set<Nsid>()
  const emptied = new Set<Nsid>()
  for (const record of records) {
    const path = { repo, collection: record.collection, rkey: record.rkey }
    if (!isNew) yield* dropReferences(did, path)
    if (record.cid) {
      const block = rows.get(record.cid.key) ?? (yield* requireBlock(repo, record))
      yield* change(putRecord, { ...path, cid: record.cid.bytes, rev, block, subject: record.subject ?? null })
      filled.add(record.collection)
    } else {
      yield* change(deleteRecord, path)
      emptied.add(record.collection)
    }
  }
  for (const collection of filled) yield* change(noteCollection, { repo, collection })
  for (const collection of emptied) yield* change(forgetEmptyCollection, { repo, collection })
}

/** The row of a block that an earlier commit stored. */
function* requireBlock(repo: number, { cid, collection, rkey }: RecordChange): Routine<number> {
  const found = cid && (yield* first(blockRow, { repo, cid: cid.bytes }))
  if (!found) throw new Error(`record ${collection}/${rkey} without its block`)
  return found.id
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
