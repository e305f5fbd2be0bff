import { type EventWrites, type NewEvent, type StoredEvent, withSeq } from '@atoll/storage'
import type { Datetime, Did } from '@atoll/syntax'
import type { RoutinesOf } from '../intents.ts'
import { change, first, type Routine } from '../routine.ts'
import { type Parameters, statement } from '../statement.ts'

const insertEvent = statement((db, $: Parameters<StoredEvent>) =>
  db.insertInto('event').values({ seq: $('seq'), did: $('did'), kind: $('kind'), time: $('time'), frame: $('frame') }),
)
/** Events above a number, ascending. */
export const eventPage = statement((db, $: Parameters<{ after: number; through: number; limit: number }>) =>
  db
    .selectFrom('event')
    .selectAll()
    .where('seq', '>', $('after'))
    .where('seq', '<=', $('through'))
    .orderBy('seq')
    .limit($('limit')),
)
const removeOf = statement((db, $: Parameters<{ did: Did; before: number }>) =>
  db.deleteFrom('event').where('did', '=', $('did')).where('seq', '<', $('before')),
)
const newest = statement((db) => db.selectFrom('event').select((is) => is.fn.max<number | null>('seq').as('seq')))
const marks = statement((db) => db.selectFrom('event_log').select(['last', 'horizon']).where('id', '=', 1))
const setMarks = statement((db, $: Parameters<{ last: number; horizon: number }>) =>
  db
    .insertInto('event_log')
    .values({ id: 1, last: $('last'), horizon: $('horizon') })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ last: $('last'), horizon: $('horizon') })),
)
const firstYoung = statement((db, $: Parameters<{ before: Datetime }>) =>
  db.selectFrom('event').select('seq').where('time', '>=', $('before')).orderBy('seq').limit(1),
)
const removeOldest = statement((db, $: Parameters<{ below: number; limit: number }>) =>
  db
    .deleteFrom('event')
    .where('seq', 'in', (is) =>
      is.selectFrom('event').select('seq').where('seq', '<', $('below')).orderBy('seq').limit($('limit')),
    ),
)
const oldest = statement((db) => db.selectFrom('event').select((is) => is.fn.min<number | null>('seq').as('seq')))

/** Numbers the events of one transaction, and keeps them. */
export interface Numbering {
  next(): number
  /** The first number that this transaction can assign. */
  readonly start: number
  readonly numbered: StoredEvent[]
}

/** The state of an opened log: the last number assigned, and the horizon. */
export function* logMarks(): Routine<{ last: number; horizon: number }> {
  const stored = yield* first(marks, {})
  const { seq } = (yield* first(newest, {})) ?? { seq: null }
  return { last: Math.max(stored?.last ?? 0, seq ?? 0), horizon: stored?.horizon ?? 0 }
}

export function eventRoutines(numbering: Numbering): RoutinesOf<EventWrites> {
  // These are not generator functions themselves: creating those for each transaction measured 3 µs
  // slower.
  return {
    append: (event) => append(event, numbering),
    removeOf: (did) => deleteOf(did, numbering),
  }
}

function* append({ did, kind, time, frame }: NewEvent, numbering: Numbering): Routine<void> {
  const seq = numbering.next()
  const event: StoredEvent = { seq, did, kind, time, frame: withSeq(frame, seq) }
  yield* change(insertEvent, event)
  numbering.numbered.push(event)
}

function* deleteOf(did: Did, numbering: Numbering): Routine<void> {
  const { horizon } = yield* logMarks()
  // The newest event may be among those removed, but its number must not be reused.
  yield* change(setMarks, { last: numbering.start - 1, horizon })
  yield* change(removeOf, { did, before: numbering.start })
}

/** The number below which all events are older than `before`; undefined when none is. */
export function* trimmingPoint(before: Datetime, last: number): Routine<number | undefined> {
  const young = yield* first(firstYoung, { before })
  const below = young?.seq ?? last + 1
  const { seq } = (yield* first(oldest, {})) ?? { seq: null }
  return seq !== null && seq < below ? below : undefined
}

/**
 * Deletes up to `limit` of the oldest events below a number, and moves the horizon; returns how
 * many.
 */
export function* trimOldest(below: number, limit: number, last: number): Routine<number> {
  const removed = yield* change(removeOldest, { below, limit })
  const { seq } = (yield* first(oldest, {})) ?? { seq: null }
  const { horizon } = yield* logMarks()
  const gone = Math.min(below, seq ?? below) - 1
  yield* change(setMarks, { last, horizon: Math.max(horizon, gone) })
  return removed
}
