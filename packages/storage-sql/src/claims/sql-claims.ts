import {
  type Claim,
  type ClaimStore,
  type ClaimWrites,
  ConflictError,
  numberOfCursor,
  type Page,
  pageOf,
} from '@atoll/storage'
import type { Datetime, Did, Handle } from '@atoll/syntax'
import type { Selectable } from 'kysely'
import { refuseCarried, refuseClaimed } from '../accounts/unique-values.ts'
import type { RoutinesOf } from '../intents.ts'
import { all, change, first, type Routine, type Run } from '../routine.ts'
import { orUndefined } from '../rows.ts'
import { type Parameters, statement } from '../statement.ts'
import type { ClaimTables } from './tables.ts'

type ClaimRow = Selectable<ClaimTables['claim']>
type ClaimValues = {
  did: Did
  purpose: string
  handle: Handle | null
  email: string | null
  details: string
  claimedAt: Datetime
}

const claimOf = statement((db, $: Parameters<{ did: Did }>) =>
  db.selectFrom('claim').selectAll().where('did', '=', $('did')),
)
const byHandle = statement((db, $: Parameters<{ handle: string }>) =>
  db
    .selectFrom('claim')
    .selectAll()
    .where('handle', '=', $('handle') as Handle),
)
const byEmail = statement((db, $: Parameters<{ email: string }>) =>
  db.selectFrom('claim').selectAll().where('email', '=', $('email')),
)
const olderThan = statement((db, $: Parameters<{ before: Datetime; after: number; limit: number }>) =>
  db
    .selectFrom('claim')
    .selectAll()
    .where('key', '>', $('after'))
    .where('claimed_at', '<', $('before'))
    .orderBy('key')
    .limit($('limit')),
)
const olderThanFor = statement(
  (db, $: Parameters<{ before: Datetime; purpose: string; after: number; limit: number }>) =>
    db
      .selectFrom('claim')
      .selectAll()
      .where('key', '>', $('after'))
      .where('claimed_at', '<', $('before'))
      .where('purpose', '=', $('purpose'))
      .orderBy('key')
      .limit($('limit')),
)
const countFor = statement((db, $: Parameters<{ purpose: string }>) =>
  db
    .selectFrom('claim')
    .select((is) => is.fn.countAll<number>().as('count'))
    .where('purpose', '=', $('purpose')),
)
const countBefore = statement((db, $: Parameters<{ key: number; purpose: string }>) =>
  db
    .selectFrom('claim')
    .select((is) => is.fn.countAll<number>().as('count'))
    .where('key', '<', $('key'))
    .where('purpose', '=', $('purpose')),
)
const insertClaim = statement((db, $: Parameters<ClaimValues>) =>
  db
    .insertInto('claim')
    .values({
      did: $('did'),
      purpose: $('purpose'),
      handle: $('handle'),
      email: $('email'),
      details: $('details'),
      claimed_at: $('claimedAt'),
    })
    .onConflict((conflict) => conflict.doNothing()),
)
const deleteClaim = statement((db, $: Parameters<{ did: Did; purpose: string }>) =>
  db.deleteFrom('claim').where('did', '=', $('did')).where('purpose', '=', $('purpose')),
)

export class SqlClaims implements ClaimStore {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  async of(did: Did): Promise<Claim | undefined> {
    const row = await this.#run(first(claimOf, { did }))
    return row && claimOfRow(row)
  }

  async byHandle(handle: string): Promise<Claim | undefined> {
    const row = await this.#run(first(byHandle, { handle: handle.toLowerCase() }))
    return row && claimOfRow(row)
  }

  async byEmail(email: string): Promise<Claim | undefined> {
    const row = await this.#run(first(byEmail, { email: email.toLowerCase() }))
    return row && claimOfRow(row)
  }

  async list(options: { before: Datetime; purpose?: string; cursor?: string; limit: number }): Promise<Page<Claim>> {
    const { before, purpose } = options
    const values = { before, after: numberOfCursor(options.cursor), limit: options.limit + 1 }
    const rows = await this.#run(
      purpose === undefined ? all(olderThan, values) : all(olderThanFor, { ...values, purpose }),
    )
    return pageOf(rows, options.limit, { cursor: ({ key }) => String(key), item: claimOfRow })
  }

  async count(purpose: string): Promise<number> {
    return Number((await this.#run(first(countFor, { purpose })))?.count ?? 0)
  }

  countBefore(did: Did): Promise<number | undefined> {
    return this.#run(claimsBefore(did))
  }
}

export const claimRoutines: RoutinesOf<ClaimWrites> = {
  /**
   * The row is inserted before the accounts are read, so that of two transactions that want the
   * same value, one waits for the other.
   */
  *add(claim: Claim): Routine<void> {
    const values = valuesOf(claim)
    if ((yield* change(insertClaim, values)) === 0) {
      if (yield* first(claimOf, values)) throw new ConflictError('claim', `${claim.did} has a claim already`)
      yield* refuseClaimed(values)
      throw new Error('a claim was refused without a reason')
    }
    yield* refuseCarried(values)
  },
  *release(did: Did, purpose: string): Routine<void> {
    const released = yield* change(deleteClaim, { did, purpose })
    if (released === 0) throw new ConflictError('claim', `${did} has no claim for ${purpose}`)
  },
}

function* claimsBefore(did: Did): Routine<number | undefined> {
  const own = yield* first(claimOf, { did })
  return own && Number((yield* first(countBefore, own))?.count ?? 0)
}

function valuesOf({ handle, email, ...claim }: Claim): ClaimValues {
  // A lower-cased handle is a handle.
  return { ...claim, handle: (handle?.toLowerCase() ?? null) as Handle | null, email: email?.toLowerCase() ?? null }
}

function claimOfRow(row: ClaimRow): Claim {
  const { did, purpose, handle, email, details, claimed_at: claimedAt } = row
  return { did, purpose, handle: orUndefined(handle), email: orUndefined(email), details, claimedAt }
}
