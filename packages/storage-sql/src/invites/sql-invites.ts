import {
  ConflictError,
  InvalidCursorError,
  type InviteCode,
  type InviteStore,
  type InviteUse,
  type InviteWrites,
  type NewInviteCode,
  type Page,
  pageOf,
} from '@atoll/storage'
import type { Datetime, Did } from '@atoll/syntax'
import type { Selectable } from 'kysely'
import type { RoutinesOf } from '../intents.ts'
import { all, change, first, type Routine, type Run } from '../routine.ts'
import { type Parameters, statement } from '../statement.ts'
import type { InviteTables } from './tables.ts'

type InviteRow = Selectable<InviteTables['invite_code']>

const byCode = statement((db, $: Parameters<{ code: string }>) =>
  db.selectFrom('invite_code').selectAll().where('code', '=', $('code')),
)
const usesOf = statement((db, $: Parameters<{ code: string }>) =>
  db.selectFrom('invite_use').selectAll().where('code', '=', $('code')).orderBy('key'),
)
const ofAccount = statement((db, $: Parameters<{ forAccount: string }>) =>
  db
    .selectFrom('invite_code')
    .selectAll()
    .where('for_account', '=', $('forAccount'))
    .orderBy('created_at')
    .orderBy('code'),
)
const usedBy = statement((db, $: Parameters<{ did: Did }>) =>
  db
    .selectFrom('invite_use')
    .innerJoin('invite_code', 'invite_code.code', 'invite_use.code')
    .selectAll('invite_code')
    .where('used_by', '=', $('did'))
    .orderBy('invite_use.key')
    .limit(1),
)
const recent = statement((db, $: Parameters<{ createdAt: string; code: string; limit: number }>) =>
  db
    .selectFrom('invite_code')
    .selectAll()
    .where((is) => is(is.refTuple('created_at', 'code'), '<', is.tuple($('createdAt') as Datetime, $('code'))))
    .orderBy('created_at', 'desc')
    .orderBy('code', 'desc')
    .limit($('limit')),
)
const mostUsed = statement((db, $: Parameters<{ used: number; createdAt: string; code: string; limit: number }>) =>
  db
    .selectFrom('invite_code')
    .selectAll()
    .where((is) =>
      is(is.refTuple('used', 'created_at', 'code'), '<', is.tuple($('used'), $('createdAt') as Datetime, $('code'))),
    )
    .orderBy('used', 'desc')
    .orderBy('created_at', 'desc')
    .orderBy('code', 'desc')
    .limit($('limit')),
)
const insertCode = statement((db, $: Parameters<NewInviteCode>) =>
  db
    .insertInto('invite_code')
    .values({
      code: $('code'),
      available_uses: $('availableUses'),
      used: 0,
      disabled: 0,
      for_account: $('forAccount'),
      created_by: $('createdBy'),
      created_at: $('createdAt'),
    })
    .onConflict((conflict) => conflict.doNothing()),
)
const countUse = statement((db, $: Parameters<{ code: string }>) =>
  db
    .updateTable('invite_code')
    .set((is) => ({ used: is('used', '+', 1) }))
    .where('code', '=', $('code'))
    .where('disabled', '=', 0)
    .whereRef('used', '<', 'available_uses'),
)
const insertUse = statement((db, $: Parameters<InviteUse & { code: string }>) =>
  db.insertInto('invite_use').values({ code: $('code'), used_by: $('usedBy'), used_at: $('usedAt') }),
)
const deleteUses = statement((db, $: Parameters<{ code: string; did: Did }>) =>
  db.deleteFrom('invite_use').where('code', '=', $('code')).where('used_by', '=', $('did')),
)
const countBack = statement((db, $: Parameters<{ code: string; uses: number }>) =>
  db
    .updateTable('invite_code')
    .set((is) => ({ used: is('used', '-', $('uses')) }))
    .where('code', '=', $('code')),
)
const countMade = statement((db, $: Parameters<{ did: Did }>) =>
  db
    .selectFrom('invite_code')
    .select((is) => is.fn.countAll<number>().as('count'))
    // Codes that an account makes are its own, by which there is an index.
    .where('for_account', '=', $('did'))
    .where('created_by', '=', $('did')),
)
const disableCode = statement((db, $: Parameters<{ code: string }>) =>
  db.updateTable('invite_code').set({ disabled: 1 }).where('code', '=', $('code')),
)
const disableAccount = statement((db, $: Parameters<{ forAccount: string }>) =>
  db.updateTable('invite_code').set({ disabled: 1 }).where('for_account', '=', $('forAccount')),
)

/** Above every creation time and every code. */
const highest = '\u{10ffff}'

export class SqlInvites implements InviteStore {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  get(code: string): Promise<InviteCode | undefined> {
    return this.#run(withUses(first(byCode, { code })))
  }

  ofAccount(forAccount: string): Promise<InviteCode[]> {
    return this.#run(eachWithUses(all(ofAccount, { forAccount })))
  }

  usedBy(did: Did): Promise<InviteCode | undefined> {
    return this.#run(withUses(first(usedBy, { did })))
  }

  async list(options: { sort: 'recent' | 'usage'; cursor?: string; limit: number }): Promise<Page<InviteCode>> {
    const [used, createdAt, code] = positionOf(options.cursor)
    const limit = options.limit + 1
    const rows =
      options.sort === 'recent'
        ? all(recent, { createdAt, code, limit })
        : all(mostUsed, { used, createdAt, code, limit })
    const codes = await this.#run(eachWithUses(rows))
    return pageOf(codes, options.limit, { cursor: cursorOf, item: (code) => code })
  }
}

export const inviteRoutines: RoutinesOf<InviteWrites> = {
  *create(code: NewInviteCode): Routine<void> {
    const inserted = yield* change(insertCode, code)
    if (inserted === 0) throw new ConflictError('inviteCode', `there is a code ${code.code}`)
  },
  *use(code: string, { usedBy, usedAt }: InviteUse): Routine<void> {
    const counted = yield* change(countUse, { code })
    if (counted === 0) throw new ConflictError('inviteCode', `code ${code} cannot be used`)
    yield* change(insertUse, { code, usedBy, usedAt })
  },
  *giveBack(code: string, did: Did): Routine<void> {
    const uses = yield* change(deleteUses, { code, did })
    if (uses > 0) yield* change(countBack, { code, uses })
  },
  *requireMade(did: Did, count: number): Routine<void> {
    const made = Number((yield* first(countMade, { did }))?.count ?? 0)
    if (made !== count) throw new ConflictError('inviteCode', `${did} has made ${made} codes, not ${count}`)
  },
  *disable({ codes = [], accounts = [] }: { codes?: readonly string[]; accounts?: readonly string[] }): Routine<void> {
    for (const code of codes) yield* change(disableCode, { code })
    for (const forAccount of accounts) yield* change(disableAccount, { forAccount })
  },
}

function* withUses(found: Routine<InviteRow | undefined>): Routine<InviteCode | undefined> {
  const row = yield* found
  return row && (yield* inviteOf(row))
}

function* eachWithUses(found: Routine<InviteRow[]>): Routine<InviteCode[]> {
  const invites: InviteCode[] = []
  for (const row of yield* found) invites.push(yield* inviteOf(row))
  return invites
}

function* inviteOf(row: InviteRow): Routine<InviteCode> {
  const uses = row.used === 0 ? [] : yield* all(usesOf, { code: row.code })
  return {
    code: row.code,
    availableUses: row.available_uses,
    disabled: row.disabled === 1,
    forAccount: row.for_account,
    createdBy: row.created_by,
    createdAt: row.created_at,
    uses: uses.map((use) => ({ usedBy: use.used_by, usedAt: use.used_at })),
  }
}

function cursorOf({ uses, createdAt, code }: InviteCode): string {
  return `${uses.length}/${createdAt}/${code}`
}

function positionOf(cursor: string | undefined): [used: number, createdAt: string, code: string] {
  if (cursor === undefined) return [Number.MAX_SAFE_INTEGER, highest, highest]
  const [used = '', createdAt = '', ...code] = cursor.split('/')
  if (!/^\d{1,15}$/.test(used) || createdAt === '' || code.length === 0) throw new InvalidCursorError(cursor)
  return [Number(used), createdAt, code.join('/')]
}
