import type { Block, Cid } from '@atoll/data-model'
import { CorruptStorageError, numberOfCursor, type Page, type RecordStore, type StoredRecord } from '@atoll/storage'
import type { Did, Nsid, RecordKey, Tid } from '@atoll/syntax'
import type { Kysely } from 'kysely'
import { sectionOf } from '../dialect.ts'
import { all, first, type Routine, type Run, until } from '../routine.ts'
import { blockOfSection } from '../rows.ts'
import type { Schema } from '../schema.ts'
import { type Parameters, statement } from '../statement.ts'

type Collection = { did: Did; collection: Nsid }

// Subqueries instead of joins: SQLite plans a join anew for every execution with other parameters, which costs more than
// the reads themselves (docs/decisions/0003).
const record = statement((db, $: Parameters<Collection & { rkey: RecordKey }>) =>
  inCollection(db, $).where('record.rkey', '=', $('rkey')),
)
const page = statement((db, $: Parameters<Collection & { before: string; limit: number }>) =>
  inCollection(db, $)
    .where('record.rkey', '<', $('before') as RecordKey)
    .orderBy('record.rkey', 'desc')
    .limit($('limit')),
)
const reversePage = statement((db, $: Parameters<Collection & { after: string; limit: number }>) =>
  inCollection(db, $)
    .where('record.rkey', '>', $('after') as RecordKey)
    .orderBy('record.rkey')
    .limit($('limit')),
)
const pointingAt = statement((db, $: Parameters<Collection & { link: string }>) =>
  db
    .selectFrom('record')
    .select('rkey')
    .where('repo', '=', (is) => is.selectFrom('repo').select('repo.key').where('repo.did', '=', $('did')))
    .where('collection', '=', $('collection'))
    .where('link', '=', $('link'))
    .orderBy('rkey'),
)
const collectionsOf = statement((db, $: Parameters<{ did: Did }>) =>
  db
    .selectFrom('repo_collection')
    .select('collection')
    .where('repo', '=', (is) => is.selectFrom('repo').select('key').where('did', '=', $('did')))
    .orderBy('collection'),
)
const reposWith = statement((db, $: Parameters<{ collection: Nsid; after: number; limit: number }>) =>
  db
    .selectFrom('repo_collection')
    .innerJoin('repo', 'repo.key', 'repo_collection.repo')
    .select(['repo.key', 'repo.did'])
    .where('repo_collection.collection', '=', $('collection'))
    .where('repo_collection.repo', '>', $('after'))
    .orderBy('repo_collection.repo')
    .limit($('limit')),
)

/** A collection's records with their blocks. */
function inCollection<P extends Collection>(db: Kysely<Schema>, $: Parameters<P>) {
  return withSection(db)
    .select('record.rev')
    .where('record.repo', '=', (is) => is.selectFrom('repo').select('repo.key').where('repo.did', '=', $('did')))
    .where('record.collection', '=', $('collection'))
}

/** Record keys, each with its block; a row number that names another block is as good as none. */
function withSection(db: Kysely<Schema>) {
  return db
    .selectFrom('record')
    .select((is) => [
      'record.rkey',
      is
        .selectFrom('block')
        .select(sectionOf(db).as('section'))
        .whereRef('block.id', '=', 'record.block')
        .whereRef('block.cid', '=', 'record.cid')
        .whereRef('block.repo', '=', 'record.repo')
        .as('section'),
    ])
}

/** A page of a collection in the order of the tree, by the key of the repository. */
const recordPage = statement((db, $: Parameters<{ repo: number; collection: Nsid; after: string; limit: number }>) =>
  withSection(db)
    .where('record.repo', '=', $('repo'))
    .where('record.collection', '=', $('collection'))
    .where('record.rkey', '>', $('after') as RecordKey)
    .orderBy('record.rkey')
    .limit($('limit')),
)
const collectionsIn = statement((db, $: Parameters<{ repo: number }>) =>
  db.selectFrom('repo_collection').select('collection').where('repo', '=', $('repo')),
)

/** The collections of a repository in the order of their paths in the tree, where a slash follows each name. */
export function* collectionsInOrder(repo: number): Routine<Nsid[]> {
  const rows = yield* all(collectionsIn, { repo })
  const paths = rows.map(({ collection }) => ({ collection, path: `${collection}/` }))
  return paths.sort((a, b) => (a.path < b.path ? -1 : 1)).map(({ collection }) => collection)
}

/** The next records of a collection after a key, with their paths, in the order of the tree: no more of them once they have `maxBytes`. */
export function* recordsAfter({
  maxBytes,
  ...page
}: {
  repo: number
  collection: Nsid
  after: string
  limit: number
  maxBytes: number
}): Routine<{ rkey: RecordKey; path: string; cid: Cid; bytes: Uint8Array }[]> {
  let bytes = 0
  const rows = yield* until(recordPage, page, ({ section }) => (bytes += section?.length ?? 0) >= maxBytes)
  const { collection } = page
  return rows.map(({ rkey, section }) => ({
    rkey,
    path: `${collection}/${rkey}`,
    ...blockIn(section, collection, rkey),
  }))
}

/** Above every record key, which are ASCII. */
const highest = '\x7f'

export class SqlRecords implements RecordStore {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  async get(did: Did, collection: Nsid, rkey: RecordKey): Promise<StoredRecord | undefined> {
    const row = await this.#run(first(record, { did, collection, rkey }))
    return row && recordOf(collection, row)
  }

  async list(
    did: Did,
    collection: Nsid,
    { limit, cursor, reverse = false }: { limit: number; cursor?: string; reverse?: boolean },
  ): Promise<StoredRecord[]> {
    const rows = reverse
      ? all(reversePage, { did, collection, after: cursor ?? '', limit })
      : all(page, { did, collection, before: cursor ?? highest, limit })
    return (await this.#run(rows)).map((row) => recordOf(collection, row))
  }

  async pointingAt(did: Did, collection: Nsid, link: string): Promise<RecordKey[]> {
    return (await this.#run(all(pointingAt, { did, collection, link }))).map((row) => row.rkey)
  }

  async collections(did: Did): Promise<Nsid[]> {
    return (await this.#run(all(collectionsOf, { did }))).map((row) => row.collection)
  }

  async reposWith(collection: Nsid, options: { cursor?: string; limit: number }): Promise<Page<Did>> {
    const after = numberOfCursor(options.cursor)
    const rows = await this.#run(all(reposWith, { collection, after, limit: options.limit + 1 }))
    const items = rows.slice(0, options.limit).map((row) => row.did)
    const last = rows[items.length - 1]
    return last && rows.length > items.length ? { items, cursor: String(last.key) } : { items }
  }
}

function recordOf(
  collection: Nsid,
  { rkey, rev, section }: { rkey: RecordKey; rev: Tid; section: Uint8Array | null },
): StoredRecord {
  const { cid, bytes } = blockIn(section, collection, rkey)
  return { collection, rkey, cid, rev, bytes }
}

function blockIn(section: Uint8Array | null, collection: Nsid, rkey: RecordKey): Block {
  if (section === null) throw new CorruptStorageError(`record ${collection}/${rkey} without its block`)
  return blockOfSection(section)
}
