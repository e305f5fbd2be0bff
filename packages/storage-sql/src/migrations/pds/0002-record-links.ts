import { decodeCbor } from '@atoll/data-model'
import type { Nsid, RecordKey } from '@atoll/syntax'
import { all, change, type Routine } from '../../routine.ts'
import { type Parameters, statement } from '../../statement.ts'
import type { Migration } from '../migration.ts'

/**
 * The subject of a record, in a column of its own row: it is written and deleted with the record,
 * without another statement, and a record without one (a post) costs no row and no index entry.
 * Existing records are read to fill the column.
 */
export const recordLinks: Migration = {
  part: 'pds',
  version: 2,
  name: 'record links',
  statements: (db) => [
    db.schema.alterTable('record').addColumn('link', 'text'),
    db.schema
      .createIndex('record_link')
      .on('record')
      .columns(['repo', 'collection', 'link'])
      .where('link', 'is not', null),
  ],
  *fill() {
    for (const [collection, linkOf] of linked) {
      for (const { repo } of yield* all(reposWith, { collection })) yield* fillCollection(repo, collection, linkOf)
    }
  },
}

type LinkOf = (record: Record<string, unknown>) => unknown
type Path = { repo: number; collection: Nsid; rkey: RecordKey }

/** The collections whose records had a link when this migration was written. */
const linked = [
  ['app.bsky.feed.like', ({ subject }) => (subject as { uri?: unknown } | undefined)?.uri],
  ['app.bsky.feed.repost', ({ subject }) => (subject as { uri?: unknown } | undefined)?.uri],
  ['app.bsky.graph.follow', ({ subject }) => subject],
  ['app.bsky.graph.block', ({ subject }) => subject],
] as const satisfies [Nsid, LinkOf][]

const pageRecords = 500

const reposWith = statement((db, $: Parameters<{ collection: Nsid }>) =>
  db.selectFrom('repo_collection').select('repo').where('collection', '=', $('collection')).orderBy('repo'),
)
const page = statement((db, $: Parameters<Path & { limit: number }>) =>
  db
    .selectFrom('record')
    .select((is) => [
      'record.rkey',
      is
        .selectFrom('block')
        .select('block.bytes')
        .whereRef('block.repo', '=', 'record.repo')
        .whereRef('block.cid', '=', 'record.cid')
        .as('bytes'),
    ])
    .where('record.repo', '=', $('repo'))
    .where('record.collection', '=', $('collection'))
    .where('record.rkey', '>', $('rkey'))
    .orderBy('record.rkey')
    .limit($('limit')),
)
const setLink = statement((db, $: Parameters<Path & { link: string }>) =>
  db
    .updateTable('record')
    .set({ link: $('link') })
    .where('repo', '=', $('repo'))
    .where('collection', '=', $('collection'))
    .where('rkey', '=', $('rkey')),
)

function* fillCollection(repo: number, collection: Nsid, linkOf: LinkOf): Routine<void> {
  // Sorts before every record key.
  let after = '' as RecordKey
  for (;;) {
    const rows = yield* all(page, { repo, collection, rkey: after, limit: pageRecords })
    for (const { rkey, bytes } of rows) {
      const link = bytes && linkIn(bytes, linkOf)
      if (link) yield* change(setLink, { repo, collection, rkey, link })
    }
    const last = rows.at(-1)
    if (!last) return
    after = last.rkey
  }
}

/**
 * A record that cannot be decoded, or whose subject is neither a DID nor an AT-URI, gets no link
 * and does not stop the migration.
 */
function linkIn(bytes: Uint8Array, linkOf: LinkOf): string | undefined {
  try {
    const link = linkOf(decodeCbor(bytes) as Record<string, unknown>)
    return typeof link === 'string' && /^(did:|at:\/\/)/.test(link) ? link : undefined
  } catch {
    return undefined
  }
}
