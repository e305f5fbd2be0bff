import { CID_LENGTH, type Cid, freeMemory, type Section, type SectionRun, sectionOf } from '@atoll/data-model'
import { CorruptStorageError, type ListedRecord } from '@atoll/storage'
import { blockBytes, cidOf, first, type Parameters, type Routine, type Schema, statement } from '@atoll/storage-sql'
import type { Nsid, RecordKey } from '@atoll/syntax'
import { type Kysely, type RawBuilder, sql } from 'kysely'

// Reads many blocks as one row, in SQLite's SQL: its driver takes longer to return a value than
// SQLite takes to find it (docs/decisions/0009). A driver that reads rows from a network would gain
// nothing.

/**
 * A longer block is not packed but read separately, so that a page of large blocks is not in memory
 * several times.
 */
const longestPacked = 16 * 1024
/** No character code is zero, which would end the text for SQLite. */
const long = 0x8000
const missing = 0x8001
/** How many CIDs one statement looks up. */
const cidsAtOnce = 32
const slots = Array.from({ length: cidsAtOnce }, (_, slot) => `cid${slot}` as const)

interface Pack {
  /**
   * One character per block: `missing`, or its length in bytes plus one, at most `long`. Null if
   * there are no blocks.
   */
  lengths: string | null
  /**
   * The CID of each block, followed by its bytes unless they are too long. Null if there are no
   * blocks.
   */
  sections: Uint8Array | null
}

type CidsOf = { repo: number } & Record<`cid${number}`, Uint8Array | null>
type PageOf = { repo: number; collection: Nsid; from: string; limit: number }

const page = statement((db, $: Parameters<PageOf>) => withKeys(recordsBeyond(db, $, '<', 'desc')))
const reversePage = statement((db, $: Parameters<PageOf>) => withKeys(recordsBeyond(db, $, '>', 'asc')))
const followingBlocks = statement((db, $: Parameters<PageOf>) =>
  withBlocks(recordsBeyond(db, $, '>', 'asc')).select((is) => is.fn.max('page.rkey').as('last')),
)
const blocks = statement((db, $: Parameters<CidsOf>) =>
  db
    .selectFrom('block')
    .select([lengths.as('lengths'), packed(sql.ref('cid')).as('sections')])
    .where('repo', '=', $('repo'))
    .where(
      'cid',
      'in',
      slots.map((slot) => $(slot) as Uint8Array),
    ),
)

/** The rows of a collection beyond a key. */
function recordsBeyond(db: Kysely<Schema>, $: Parameters<PageOf>, side: '<' | '>', direction: 'asc' | 'desc') {
  const rows = db
    .selectFrom('record')
    .select(['repo', 'rkey', 'cid', 'block'])
    .where('repo', '=', $('repo'))
    .where('collection', '=', $('collection'))
    .where('rkey', side, $('from') as RecordKey)
    .orderBy('rkey', direction)
    .limit($('limit'))
  return db.selectFrom(rows.as('page'))
}

/**
 * A left join keeps records whose block is missing, and the order of the page: SQLite aggregates
 * rows as they come.
 */
function withBlocks(rows: ReturnType<typeof recordsBeyond>) {
  return rows
    .leftJoin('block', (join) =>
      join
        .onRef('block.id', '=', 'page.block')
        .onRef('block.cid', '=', 'page.cid')
        .onRef('block.repo', '=', 'page.repo'),
    )
    .select([lengths.as('lengths'), packed(sql.ref('page.cid')).as('sections')])
}

function withKeys(rows: ReturnType<typeof recordsBeyond>) {
  return withBlocks(rows).select(sql<string | null>`group_concat(page.rkey, ',')`.as('rkeys'))
}

const lengthOfBlock = sql`coalesce(min(length(block.bytes) + 1, ${sql.lit(long)}), ${sql.lit(missing)})`
const lengths = sql<string | null>`group_concat(char(${lengthOfBlock}), '')`

/**
 * In SQLite concatenation returns text with the bytes of its operands; the cast turns it back into
 * a blob.
 */
function packed(cid: RawBuilder<unknown>): RawBuilder<Uint8Array | null> {
  const bytes = sql`case when length(block.bytes) > ${sql.lit(longestPacked)} then '' else coalesce(block.bytes, '') end`
  return sql`cast(group_concat(${cid} || ${bytes}, '') as blob)`
}

/**
 * Records of a collection beyond `from`, newest first or, with `reverse`, oldest first. Their
 * sections are views of shared memory.
 */
export function* packedRecords({
  reverse,
  maxBytes,
  ...values
}: PageOf & { reverse: boolean; maxBytes: number }): Routine<ListedRecord[]> {
  const pack = yield* first(reverse ? reversePage : page, values)
  const rkeys = pack?.rkeys?.split(',') ?? []
  // The packed blocks are in memory already, and smaller than a page; long blocks are only read as
  // far as the page has room.
  const sections = yield* takenApart(values.repo, pack, maxBytes)
  return sections.map((section, index) => {
    const rkey = rkeys[index] as RecordKey // as it was selected
    if (!section) throw new CorruptStorageError(`record ${values.collection}/${rkey} without its block`)
    return { rkey, section }
  })
}

export interface PackedPage {
  /**
   * In order. A block that is too long to be packed is represented by its CID, for `longSection`,
   * so that a page of long blocks need not be in memory at once.
   */
  readonly parts: readonly (SectionRun | Uint8Array)[]
  /** Undefined if there are no more. */
  readonly last: RecordKey | undefined
}

/**
 * The blocks of records of a collection beyond `from`, oldest first, and the last of their keys.
 * Missing blocks are left out.
 */
export function* packedRecordBlocks(values: PageOf): Routine<PackedPage> {
  const row = yield* first(followingBlocks, values)
  const last = row?.last ?? undefined
  const ends = endsOf(row)
  return { parts: ends ? [{ bytes: sectionsOf(row), ends }] : partsOf(row), last }
}

/**
 * Those of `cids` that the repository has, in no particular order. Their sections are views of
 * shared memory.
 */
export function* packedBlocks(repo: number, cids: readonly Cid[]): Routine<Section[]> {
  const found: Section[] = []
  for (let from = 0; from < cids.length; from += cidsAtOnce) {
    const values: CidsOf = { repo }
    for (let slot = 0; slot < cidsAtOnce; slot++) values[slots[slot]!] = cids[from + slot]?.bytes ?? null
    const pack = yield* first(blocks, values)
    for (const section of yield* takenApart(repo, pack)) if (section) found.push(section)
  }
  return found
}

/** The sections of a pack until they have `enoughBytes`; undefined for a missing block. */
function* takenApart(
  repo: number,
  pack: Pack | undefined,
  enoughBytes = Number.POSITIVE_INFINITY,
): Routine<(Section | undefined)[]> {
  const bytes = sectionsOf(pack)
  const lengths = pack?.lengths ?? ''
  const sections: (Section | undefined)[] = []
  let start = 0
  let taken = 0
  for (let index = 0; index < lengths.length && taken < enoughBytes; index++) {
    const code = lengths.charCodeAt(index)
    const end = start + packedLength(code)
    let section: Section | undefined = bytes.subarray(start, end)
    if (!isPacked(code)) section = code === missing ? undefined : yield* longSection(repo, section)
    sections.push(section)
    taken += section?.length ?? 0
    start = end
  }
  return sections
}

/**
 * The sections of a pack one by one, with their CIDs in place of long ones. Missing blocks are left
 * out.
 */
function partsOf(pack: Pack | undefined): (SectionRun | Uint8Array)[] {
  const bytes = sectionsOf(pack)
  const lengths = pack?.lengths ?? ''
  const parts: (SectionRun | Uint8Array)[] = []
  let start = 0
  for (let index = 0; index < lengths.length; index++) {
    const code = lengths.charCodeAt(index)
    const section = bytes.subarray(start, start + packedLength(code))
    if (isPacked(code)) parts.push({ bytes: section, ends: [section.length] })
    else if (code !== missing) parts.push(section)
    start += section.length
  }
  return parts
}

/** Where the sections of a pack end, if it has all of them in full. */
function endsOf(pack: Pack | undefined): number[] | undefined {
  const lengths = pack?.lengths ?? ''
  const ends: number[] = []
  let end = 0
  for (let index = 0; index < lengths.length; index++) {
    const code = lengths.charCodeAt(index)
    if (!isPacked(code)) return undefined
    end += packedLength(code)
    ends.push(end)
  }
  return ends
}

/**
 * Whether a section has its bytes, rather than only its CID because the block is missing or long.
 */
const isPacked = (code: number) => code <= longestPacked + 1

const packedLength = (code: number) => CID_LENGTH + (isPacked(code) ? code - 1 : 0)

/** The section of a block that is not packed. */
export function* longSection(repo: number, cid: Uint8Array): Routine<Section> {
  const block = { cid: cidOf(cid) }
  const row = yield* first(blockBytes, { repo, cid })
  if (!row) throw new CorruptStorageError(`block ${block.cid} is listed and not there`)
  const section = sectionOf({ ...block, bytes: row.bytes })
  freeMemory(row.bytes)
  return section
}

function sectionsOf(pack: Pack | undefined): Uint8Array {
  const { buffer, byteOffset, length } = pack?.sections ?? new Uint8Array()
  // `subarray` of a Buffer creates Buffers, which takes longer.
  return new Uint8Array(buffer, byteOffset, length)
}
