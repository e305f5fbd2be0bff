import { type Block, type Cid, freeMemory } from '@atoll/data-model'
import type { Page, RepoHead, RepoListing } from '@atoll/storage'
import { accountStatus, numberOfCursor, pageOf } from '@atoll/storage'
import type { Did, Tid } from '@atoll/syntax'
import { sql } from 'kysely'
import { all, first, type Routine, type Run } from '../routine.ts'
import { cidOf, orUndefined } from '../rows.ts'
import { type Parameters, statement } from '../statement.ts'

/** A repository's row, by DID. */
export const repoByDid = statement((db, $: Parameters<{ did: Did }>) =>
  db.selectFrom('repo').selectAll().where('did', '=', $('did')),
)
/** A block's bytes, by repository key and CID. */
export const blockBytes = statement((db, $: Parameters<{ repo: number; cid: Uint8Array }>) =>
  db.selectFrom('block').select('bytes').where('repo', '=', $('repo')).where('cid', '=', $('cid')),
)
/** Blocks in order of arrival, a page at a time. */
export const blockPage = statement((db, $: Parameters<{ repo: number; after: Uint8Array; limit: number }>) =>
  db
    .selectFrom('block')
    .select(['cid', 'bytes'])
    .where('repo', '=', $('repo'))
    .where('cid', '>', $('after'))
    .orderBy('cid')
    .limit($('limit')),
)
/** Blocks newer than a rev, a page at a time. */
export const newBlockPage = statement((db, $: Parameters<{ repo: number; rev: Tid; id: number; limit: number }>) =>
  db
    .selectFrom('block')
    .select(['id', 'rev', 'cid', 'bytes'])
    .where('repo', '=', $('repo'))
    .where((is) => is(is.refTuple('rev', 'id'), '>', is.tuple($('rev'), $('id'))))
    .orderBy('rev')
    .orderBy('id')
    .limit($('limit')),
)
/** SQLite takes the length from the header of the row, without reading the bytes. */
const blockSize = statement((db, $: Parameters<{ repo: number; cid: Uint8Array }>) =>
  db
    .selectFrom('block')
    .select(sql<number>`length(bytes)`.as('size'))
    .where('repo', '=', $('repo'))
    .where('cid', '=', $('cid')),
)
const bytesByDid = statement((db, $: Parameters<{ did: Did; cid: Uint8Array }>) =>
  db
    .selectFrom('block')
    .select('bytes')
    .where('repo', '=', (is) => is.selectFrom('repo').select('key').where('did', '=', $('did')))
    .where('cid', '=', $('cid')),
)
const repoPage = statement((db, $: Parameters<{ after: number; limit: number }>) =>
  db
    .selectFrom('repo')
    .leftJoin('account', 'account.did', 'repo.did')
    .select(['repo.key', 'repo.did', 'repo.cid', 'repo.rev', 'account.takedown', 'account.deactivated_at'])
    .where('repo.key', '>', $('after'))
    .orderBy('repo.key')
    .limit($('limit')),
)
const counts = statement((db, $: Parameters<{ repo: number }>) =>
  db.selectNoFrom((is) => [
    is
      .selectFrom('block')
      .select((block) => block.fn.countAll<number>().as('count'))
      .where('repo', '=', $('repo'))
      .$asScalar()
      .$notNull()
      .as('blocks'),
    is
      .selectFrom('record')
      .select((record) => record.fn.countAll<number>().as('count'))
      .where('repo', '=', $('repo'))
      .$asScalar()
      .$notNull()
      .as('records'),
  ]),
)

/**
 * The reads of repositories that are the same for every host; synchronous sources and snapshots
 * differ.
 */
export class SqlRepoReads {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  head(did: Did): Promise<RepoHead | undefined> {
    return this.#run(headOf(did))
  }

  async block(did: Did, cid: Cid): Promise<Uint8Array | undefined> {
    return (await this.#run(first(bytesByDid, { did, cid: cid.bytes })))?.bytes
  }

  release(bytes: Uint8Array): void {
    freeMemory(bytes)
  }

  blocks(did: Did, cids: readonly Cid[]): Promise<Block[]> {
    return this.#run(blocksOf(did, cids))
  }

  sizes(did: Did, cids: readonly Cid[]): Promise<(number | undefined)[]> {
    return this.#run(sizesOf(did, cids))
  }

  async list(options: { cursor?: string; limit: number }): Promise<Page<RepoListing>> {
    const after = numberOfCursor(options.cursor)
    const rows = await this.#run(all(repoPage, { after, limit: options.limit + 1 }))
    return pageOf(rows, options.limit, {
      cursor: ({ key }) => String(key),
      item: ({ did, cid, rev, takedown, deactivated_at }) => {
        const status = accountStatus({ takedown: orUndefined(takedown), deactivatedAt: orUndefined(deactivated_at) })
        return { did, head: cidOf(cid), rev, status }
      },
    })
  }

  async counts(did: Did): Promise<{ blocks: number; records: number }> {
    return (await this.#run(countsOf(did))) ?? { blocks: 0, records: 0 }
  }
}

/** Those of `cids` that the repository with this key has. */
export function* blocksIn(repo: number, cids: readonly Cid[]): Routine<Block[]> {
  const blocks: Block[] = []
  for (const cid of cids) {
    const row = yield* first(blockBytes, { repo, cid: cid.bytes })
    if (row) blocks.push({ cid, bytes: row.bytes })
  }
  return blocks
}

/** The head in the row of a repository. */
export function headOfRow(row: { cid: Uint8Array; rev: Tid; data: Uint8Array }): RepoHead {
  return { cid: cidOf(row.cid), rev: row.rev, data: cidOf(row.data) }
}

function* headOf(did: Did): Routine<RepoHead | undefined> {
  const row = yield* first(repoByDid, { did })
  return row && headOfRow(row)
}

function* blocksOf(did: Did, cids: readonly Cid[]): Routine<Block[]> {
  const repo = yield* first(repoByDid, { did })
  return repo ? yield* blocksIn(repo.key, cids) : []
}

function* sizesOf(did: Did, cids: readonly Cid[]): Routine<(number | undefined)[]> {
  const repo = yield* first(repoByDid, { did })
  const sizes: (number | undefined)[] = []
  for (const cid of cids) {
    const row = repo && (yield* first(blockSize, { repo: repo.key, cid: cid.bytes }))
    sizes.push(row?.size)
  }
  return sizes
}

function* countsOf(did: Did): Routine<{ blocks: number; records: number } | undefined> {
  const repo = yield* first(repoByDid, { did })
  return repo && (yield* first(counts, { repo: repo.key }))
}
