import { blockOfSection, freeMemory, type Section } from '@atoll/data-model'
import {
  CorruptStorageError,
  numberOfCursor,
  type Page,
  pageOf,
  type RecordWrites,
  type StoredRecord,
} from '@atoll/storage'
import type { Did, Nsid, RecordKey, Tid } from '@atoll/syntax'
import { sectionColumn } from '../dialect.ts'
import type { RoutinesOf } from '../intents.ts'
import { all, change, first, type Routine, type Run } from '../routine.ts'
import { orUndefined } from '../rows.ts'
import { type Parameters, statement } from '../statement.ts'

/**
 * A row number that belongs to another block counts as missing. Subqueries cost less than joins
 * here (docs/decisions/0003).
 */
const record = statement((db, $: Parameters<{ did: Did; collection: Nsid; rkey: RecordKey }>) =>
  db
    .selectFrom('record')
    .select((is) => [
      'record.rkey',
      'record.rev',
      is
        .selectFrom('block')
        .select(sectionColumn(db).as('section'))
        .whereRef('block.id', '=', 'record.block')
        .whereRef('block.cid', '=', 'record.cid')
        .whereRef('block.repo', '=', 'record.repo')
        .as('section'),
      is
        .selectFrom('record_takedown')
        .select('reference')
        .where('record_takedown.did', '=', $('did'))
        .whereRef('record_takedown.collection', '=', 'record.collection')
        .whereRef('record_takedown.rkey', '=', 'record.rkey')
        .as('reference'),
    ])
    .where('record.repo', '=', (is) => is.selectFrom('repo').select('repo.key').where('repo.did', '=', $('did')))
    .where('record.collection', '=', $('collection'))
    .where('record.rkey', '=', $('rkey')),
)
const takedownOf = statement((db, $: Parameters<{ did: Did; collection: Nsid; rkey: RecordKey }>) =>
  db
    .selectFrom('record_takedown')
    .select('reference')
    .where('did', '=', $('did'))
    .where('collection', '=', $('collection'))
    .where('rkey', '=', $('rkey')),
)
const takendownBetween = statement(
  (db, $: Parameters<{ did: Did; collection: Nsid; first: RecordKey; last: RecordKey }>) =>
    db
      .selectFrom('record_takedown')
      .select('rkey')
      .where('did', '=', $('did'))
      .where('collection', '=', $('collection'))
      .where('rkey', '>=', $('first'))
      .where('rkey', '<=', $('last'))
      .orderBy('rkey'),
)
const putTakedown = statement((db, $: Parameters<{ did: Did; collection: Nsid; rkey: RecordKey; reference: string }>) =>
  db
    .insertInto('record_takedown')
    .values({ did: $('did'), collection: $('collection'), rkey: $('rkey'), reference: $('reference') })
    .onConflict((conflict) =>
      conflict.columns(['did', 'collection', 'rkey']).doUpdateSet({ reference: $('reference') }),
    ),
)
const deleteTakedown = statement((db, $: Parameters<{ did: Did; collection: Nsid; rkey: RecordKey }>) =>
  db
    .deleteFrom('record_takedown')
    .where('did', '=', $('did'))
    .where('collection', '=', $('collection'))
    .where('rkey', '=', $('rkey')),
)
const bySubject = statement((db, $: Parameters<{ did: Did; collection: Nsid; subject: string }>) =>
  db
    .selectFrom('record')
    .select('rkey')
    .where('repo', '=', (is) => is.selectFrom('repo').select('repo.key').where('repo.did', '=', $('did')))
    .where('collection', '=', $('collection'))
    .where('link', '=', $('subject'))
    .orderBy('rkey'),
)
const collectionsOf = statement((db, $: Parameters<{ did: Did; limit: number }>) =>
  db
    .selectFrom('repo_collection')
    .select('collection')
    .where('repo', '=', (is) => is.selectFrom('repo').select('key').where('did', '=', $('did')))
    .orderBy('collection')
    .limit($('limit')),
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

const collectionsBeyond = statement((db, $: Parameters<{ repo: number; after: string; limit: number }>) =>
  db
    .selectFrom('repo_collection')
    .select('collection')
    .where('repo', '=', $('repo'))
    .where('collection', '>', $('after') as Nsid)
    .orderBy('collection')
    .limit($('limit')),
)

/** The collections of a repository that sort after `after`, ascending. */
export function* collectionsAfter(repo: number, after: string, limit: number): Routine<Nsid[]> {
  return (yield* all(collectionsBeyond, { repo, after, limit })).map(({ collection }) => collection)
}

/**
 * Puts sorted collections into the order of their paths in the tree, where each is followed by a
 * slash. Dot and hyphen sort before the slash, so `a.b.c.d/` and `a.b.c-d/` come before `a.b.c/` in
 * the tree but after it as names: a name is held back until those have passed.
 */
export function* inTreeOrder(names: Iterable<Nsid>): Iterable<Nsid> {
  /** Each of them begins with the one before it. */
  const waiting: Nsid[] = []
  for (const name of names) {
    for (let last = waiting.at(-1); last !== undefined && !comesBefore(name, last); last = waiting.at(-1)) {
      waiting.pop()
      yield last
    }
    waiting.push(name)
  }
  yield* waiting.reverse()
}

/** Whether a name that sorts after another comes before it once both have a slash. */
const comesBefore = (name: Nsid, other: Nsid) => name.startsWith(other) && name.charAt(other.length) < '/'

/**
 * The reads of records that are the same for every host; each host lists records in its own way.
 */
export class SqlRecordReads {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  async get(did: Did, collection: Nsid, rkey: RecordKey): Promise<StoredRecord | undefined> {
    const row = await this.#run(first(record, { did, collection, rkey }))
    return row && recordOf(collection, row)
  }

  release(section: Section): void {
    freeMemory(section)
  }

  async bySubject(did: Did, collection: Nsid, subject: string): Promise<RecordKey[]> {
    return (await this.#run(all(bySubject, { did, collection, subject }))).map((row) => row.rkey)
  }

  async collections(did: Did, { limit = Number.MAX_SAFE_INTEGER }: { limit?: number } = {}): Promise<Nsid[]> {
    return (await this.#run(all(collectionsOf, { did, limit }))).map((row) => row.collection)
  }

  async takedown(did: Did, collection: Nsid, rkey: RecordKey): Promise<string | undefined> {
    return (await this.#run(first(takedownOf, { did, collection, rkey })))?.reference
  }

  async takendown(
    did: Did,
    collection: Nsid,
    range: { readonly first: RecordKey; readonly last: RecordKey },
  ): Promise<RecordKey[]> {
    return (await this.#run(all(takendownBetween, { did, collection, ...range }))).map(({ rkey }) => rkey)
  }

  async reposWith(collection: Nsid, options: { cursor?: string; limit: number }): Promise<Page<Did>> {
    const after = numberOfCursor(options.cursor)
    const rows = await this.#run(all(reposWith, { collection, after, limit: options.limit + 1 }))
    return pageOf(rows, options.limit, { cursor: ({ key }) => String(key), item: ({ did }) => did })
  }
}

export const recordRoutines: RoutinesOf<RecordWrites> = {
  *setTakedown(did: Did, collection: Nsid, rkey: RecordKey, reference: string | undefined): Routine<void> {
    if (reference === undefined) yield* change(deleteTakedown, { did, collection, rkey })
    else yield* change(putTakedown, { did, collection, rkey, reference })
  },
}

interface RecordRow {
  rkey: RecordKey
  rev: Tid
  section: Uint8Array | null
  reference: string | null
}

function recordOf(collection: Nsid, { rkey, rev, section, reference }: RecordRow): StoredRecord {
  if (section === null) throw new CorruptStorageError(`record ${collection}/${rkey} without its block`)
  return { collection, rkey, rev, ...blockOfSection(section), takedown: orUndefined(reference) }
}
