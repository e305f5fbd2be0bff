import type { Block } from '@atoll/data-model'
import type { RecordChange } from '@atoll/storage'
import type { Nsid, RecordKey, Tid } from '@atoll/syntax'
import type { Compilable, Kysely } from 'kysely'
import { noteCollection } from '../repos/repo-routines.ts'
import { change, type Routine } from '../routine.ts'
import type { Schema } from '../schema.ts'
import { type Parameters, type Statement, statement } from '../statement.ts'

// Writes the contents of an import, many rows per statement: one of a single row takes longer to be
// called than to be executed.

/** Rows of one statement. More would gain little, and a step of a routine is to be short. */
const rowsAtOnce = 16

type Gathering = { repo: number; rev: Tid }
type BlockRows = Gathering & Record<`cid${number}` | `bytes${number}`, Uint8Array> & Record<`refs${number}`, number>
type RecordRows = Gathering &
  Record<`collection${number}`, Nsid> &
  Record<`rkey${number}`, RecordKey> &
  Record<`cid${number}`, Uint8Array> &
  Record<`subject${number}`, string | null>

const addBlocks = inBulk((db, $: Parameters<BlockRows>, rows) =>
  db
    .insertInto('block')
    .values(
      rows.map((row) => ({
        repo: $('repo'),
        cid: $(`cid${row}`),
        refs: $(`refs${row}`),
        rev: $('rev'),
        bytes: $(`bytes${row}`),
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['repo', 'cid']).doUpdateSet((is) => ({ refs: is('block.refs', '+', is.ref('excluded.refs')) })),
    ),
)
/** Inserts nothing for a record whose block is missing. */
const addRecords = inBulk((db, $: Parameters<RecordRows>, rows) => {
  const [first, ...others] = rows.map((row) => recordOf(db, $, row))
  return db
    .insertInto('record')
    .columns(['repo', 'collection', 'rkey', 'cid', 'rev', 'block', 'link'])
    .expression(others.reduce((all, next) => all.unionAll(next), first!))
})

function recordOf(db: Kysely<Schema>, $: Parameters<RecordRows>, row: number) {
  return db
    .selectFrom('block')
    .select((is) => [
      'repo',
      is.val($(`collection${row}`)).as('collection'),
      is.val($(`rkey${row}`)).as('rkey'),
      'cid',
      is.val($('rev')).as('rev'),
      'id',
      is.val($(`subject${row}`)).as('link'),
    ])
    .where('repo', '=', $('repo'))
    .where('cid', '=', $(`cid${row}`))
}

/** Stores blocks, those that are there already with one more reference for each time they come. */
export function* gatherBlocks({ repo, rev }: Gathering, blocks: Iterable<Block>): Routine<void> {
  const counted = [...countedByCid(blocks)]
  for (const some of parts(counted)) {
    const values: { [name: string]: unknown } = { repo, rev }
    some.forEach(({ block, refs }, row) => {
      values[`cid${row}`] = block.cid.bytes
      values[`refs${row}`] = refs
      values[`bytes${row}`] = block.bytes
    })
    yield* change(addBlocks(some.length), values as BlockRows)
  }
}

/** Writes the rows of records, which are new and whose blocks are stored. */
export function* gatherRecords({ repo, rev }: Gathering, records: Iterable<RecordChange>): Routine<void> {
  const filled = new Set<Nsid>()
  for (const some of parts([...records])) {
    const values: { [name: string]: unknown } = { repo, rev }
    some.forEach(({ collection, rkey, cid, subject }, row) => {
      values[`collection${row}`] = collection
      values[`rkey${row}`] = rkey
      values[`cid${row}`] = cid?.bytes
      values[`subject${row}`] = subject ?? null
      filled.add(collection)
    })
    const added = yield* change(addRecords(some.length), values as RecordRows)
    if (added < some.length) {
      throw new Error(`a record without its block: one of ${some.map((each) => `${each.collection}/${each.rkey}`)}`)
    }
  }
  for (const collection of filled) yield* change(noteCollection, { repo, collection })
}

/** A statement may not insert two rows that conflict with each other. */
function countedByCid(blocks: Iterable<Block>): Iterable<{ block: Block; refs: number }> {
  const counted = new Map<string, { block: Block; refs: number }>()
  for (const block of blocks) {
    const known = counted.get(block.cid.key)
    if (known) known.refs++
    else counted.set(block.cid.key, { block, refs: 1 })
  }
  return counted.values()
}

function* parts<T>(rows: readonly T[]): Generator<T[]> {
  for (let from = 0; from < rows.length; from += rowsAtOnce) yield rows.slice(from, from + rowsAtOnce)
}

/** The statement for each number of rows, built when it is first needed. */
function inBulk<P, R>(build: (db: Kysely<Schema>, $: Parameters<P>, rows: readonly number[]) => Compilable<R>) {
  const known = new Map<number, Statement<P, R>>()
  return (count: number): Statement<P, R> => {
    let found = known.get(count)
    if (!found) {
      const rows = Array.from({ length: count }, (_, row) => row)
      found = statement((db, $: Parameters<P>) => build(db, $, rows))
      known.set(count, found)
    }
    return found
  }
}
