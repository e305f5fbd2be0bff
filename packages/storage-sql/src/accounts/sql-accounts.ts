import {
  type Account,
  type AccountStore,
  type AccountWrites,
  ConflictError,
  type EmailState,
  type NewAccount,
  numberOfCursor,
  type Page,
  pageOf,
} from '@atoll/storage'
import type { Datetime, Did, Handle } from '@atoll/syntax'
import { type Selectable, sql } from 'kysely'
import type { RoutinesOf } from '../intents.ts'
import { all, change, first, type Routine, type Run } from '../routine.ts'
import { type Flag, orUndefined } from '../rows.ts'
import { type Parameters, statement } from '../statement.ts'
import type { AccountTables } from './tables.ts'
import { refuseCarried, refuseClaimed, refuseClaimedDid } from './unique-values.ts'

type AccountRow = Selectable<AccountTables['account']>
type AccountValues = {
  did: Did
  handle: Handle | null
  email: string | null
  emailConfirmedAt: Datetime | null
  passwordHash: string | null
  createdAt: Datetime
  deactivatedAt: Datetime | null
  deleteAfter: Datetime | null
  takedown: string | null
  invitesDisabled: Flag
  inviteNote: string | null
}

const byDid = statement((db, $: Parameters<{ did: Did }>) =>
  db.selectFrom('account').selectAll().where('did', '=', $('did')),
)
const byHandle = statement((db, $: Parameters<{ handle: string }>) =>
  db
    .selectFrom('account')
    .selectAll()
    .where('handle', '=', $('handle') as Handle),
)
const byEmail = statement((db, $: Parameters<{ email: string }>) =>
  db.selectFrom('account').selectAll().where('email', '=', $('email')),
)
const inOrder = statement((db, $: Parameters<{ after: number; limit: number }>) =>
  db.selectFrom('account').selectAll().where('key', '>', $('after')).orderBy('key').limit($('limit')),
)
const withEmail = statement((db, $: Parameters<{ after: number; limit: number; pattern: string }>) =>
  db
    .selectFrom('account')
    .selectAll()
    .where('key', '>', $('after'))
    .where(sql<boolean>`email like ${$('pattern')} escape '\\'`)
    .orderBy('key')
    .limit($('limit')),
)
const count = statement((db) => db.selectFrom('account').select((is) => is.fn.countAll<number>().as('count')))
const countNewcomers = statement((db) =>
  db
    .selectFrom('claim')
    .select((is) => is.fn.countAll<number>().as('count'))
    .where('did', 'not in', (is) => is.selectFrom('account').select('did')),
)
const due = statement((db, $: Parameters<{ at: Datetime; limit: number }>) =>
  db
    .selectFrom('account')
    .select('did')
    .where('delete_after', '<=', $('at'))
    .where('deactivated_at', 'is not', null)
    .orderBy('delete_after')
    .orderBy('did')
    .limit($('limit')),
)
const preferencesOf = statement((db, $: Parameters<{ did: Did }>) =>
  db.selectFrom('account_preferences').select('preferences').where('did', '=', $('did')),
)
const insertAccount = statement((db, $: Parameters<AccountValues>) =>
  db
    .insertInto('account')
    .values({
      did: $('did'),
      handle: $('handle'),
      email: $('email'),
      email_confirmed_at: $('emailConfirmedAt'),
      password_hash: $('passwordHash'),
      created_at: $('createdAt'),
      deactivated_at: $('deactivatedAt'),
      delete_after: $('deleteAfter'),
      takedown: $('takedown'),
      invites_disabled: $('invitesDisabled'),
      invite_note: $('inviteNote'),
    })
    .onConflict((conflict) => conflict.doNothing()),
)
const updateAccount = statement((db, $: Parameters<Omit<AccountValues, 'createdAt'>>) =>
  db
    .updateTable('account')
    .set({
      handle: $('handle'),
      email: $('email'),
      email_confirmed_at: $('emailConfirmedAt'),
      password_hash: $('passwordHash'),
      deactivated_at: $('deactivatedAt'),
      delete_after: $('deleteAfter'),
      takedown: $('takedown'),
      invites_disabled: $('invitesDisabled'),
      invite_note: $('inviteNote'),
    })
    .where('did', '=', $('did')),
)
const setPreferences = statement((db, $: Parameters<{ did: Did; preferences: string }>) =>
  db
    .insertInto('account_preferences')
    .values({ did: $('did'), preferences: $('preferences') })
    .onConflict((conflict) => conflict.column('did').doUpdateSet({ preferences: $('preferences') })),
)
/** The tables with rows that are deleted with their account. */
const deleteRows = (
  [
    'account',
    'account_preferences',
    'refresh_token',
    'app_password',
    'email_token',
    'signing_key',
    'reserved_key',
    'claim',
    'outbox',
    'email_factor',
    'totp',
    'recovery_code',
    'code_tries',
    'record_takedown',
    'blob_quota',
    'blob',
    'blob_type',
    'blob_usage',
    'blob_takedown',
    'blob_discarded',
  ] as const
).map((table) => statement((db, $: Parameters<{ did: Did }>) => db.deleteFrom(table).where('did', '=', $('did'))))

const deleteUsesOfCodes = statement((db, $: Parameters<{ did: Did }>) =>
  db
    .deleteFrom('invite_use')
    .where('code', 'in', (is) => is.selectFrom('invite_code').select('code').where('for_account', '=', $('did'))),
)
const deleteCodes = statement((db, $: Parameters<{ did: Did }>) =>
  db.deleteFrom('invite_code').where('for_account', '=', $('did')),
)

export class SqlAccounts implements AccountStore {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  async get(did: Did): Promise<Account | undefined> {
    const row = await this.#run(first(byDid, { did }))
    return row && accountOf(row)
  }

  async byHandle(handle: string): Promise<Account | undefined> {
    const row = await this.#run(first(byHandle, { handle: handle.toLowerCase() }))
    return row && accountOf(row)
  }

  async byEmail(email: string): Promise<Account | undefined> {
    const row = await this.#run(first(byEmail, { email: email.toLowerCase() }))
    return row && accountOf(row)
  }

  async many(dids: readonly Did[]): Promise<Account[]> {
    const rows = await this.#run(eachOf(dids))
    return rows.map(accountOf)
  }

  async list(options: { cursor?: string; limit: number; email?: string }): Promise<Page<Account>> {
    const after = numberOfCursor(options.cursor)
    const limit = options.limit + 1
    const pattern = options.email && `%${options.email.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
    const rows = await this.#run(pattern ? all(withEmail, { after, limit, pattern }) : all(inOrder, { after, limit }))
    return pageOf(rows, options.limit, { cursor: ({ key }) => String(key), item: accountOf })
  }

  async count(): Promise<number> {
    return (await this.#run(first(count, {})))?.count ?? 0
  }

  async due(options: { at: Datetime; limit: number }): Promise<Did[]> {
    return (await this.#run(all(due, options))).map(({ did }) => did)
  }

  async preferences(did: Did): Promise<string | undefined> {
    return (await this.#run(first(preferencesOf, { did })))?.preferences
  }
}

export const accountRoutines: RoutinesOf<AccountWrites> = {
  *create(account: NewAccount): Routine<void> {
    const values = valuesOf(account)
    if ((yield* change(insertAccount, values)) === 0) {
      if (yield* first(byDid, values)) throw new ConflictError('did', `there is an account ${account.did}`)
      yield* refuseCarried(values)
      throw new Error('an account was refused without a reason')
    }
    yield* refuseClaimedDid(account.did)
    yield* refuseClaimed(values)
  },
  *update(did: Did, changes: Partial<Omit<Account, 'did' | 'createdAt'>>): Routine<void> {
    const row = yield* first(byDid, { did })
    if (!row) throw new ConflictError('did', `no account ${did}`)
    const values = valuesOf({ ...accountOf(row), ...changes, did })
    yield* refuseCarried(values)
    yield* refuseClaimed(values)
    yield* change(updateAccount, values)
  },
  *delete(did: Did): Routine<void> {
    for (const rows of deleteRows) yield* change(rows, { did })
    yield* change(deleteUsesOfCodes, { did })
    yield* change(deleteCodes, { did })
  },
  *requireAtMost(max: number): Routine<void> {
    const accounts = (yield* first(count, {}))?.count ?? 0
    const newcomers = (yield* first(countNewcomers, {}))?.count ?? 0
    if (Number(accounts) + Number(newcomers) > max) throw new ConflictError('accounts', `more than ${max} accounts`)
  },
  *requireEmail({ did, email, emailConfirmedAt }: EmailState): Routine<void> {
    const row = yield* first(byDid, { did })
    const account = row && accountOf(row)
    if (account?.email === email && account?.emailConfirmedAt === emailConfirmedAt) return
    throw new ConflictError('emailState')
  },
  *setPreferences(did: Did, preferences: string): Routine<void> {
    yield* change(setPreferences, { did, preferences })
  },
}

function* eachOf(dids: readonly Did[]): Routine<AccountRow[]> {
  const rows: AccountRow[] = []
  for (const did of dids) {
    const row = yield* first(byDid, { did })
    if (row) rows.push(row)
  }
  return rows
}

function valuesOf(account: NewAccount): AccountValues {
  return {
    did: account.did,
    // A lower-cased handle is a handle.
    handle: (account.handle?.toLowerCase() ?? null) as Handle | null,
    email: account.email?.toLowerCase() ?? null,
    emailConfirmedAt: account.emailConfirmedAt ?? null,
    passwordHash: account.passwordHash ?? null,
    createdAt: account.createdAt,
    deactivatedAt: account.deactivatedAt ?? null,
    deleteAfter: account.deleteAfter ?? null,
    takedown: account.takedown ?? null,
    invitesDisabled: account.invitesDisabled ? 1 : 0,
    inviteNote: account.inviteNote ?? null,
  }
}

function accountOf(row: AccountRow): Account {
  return {
    did: row.did,
    handle: orUndefined(row.handle),
    email: orUndefined(row.email),
    emailConfirmedAt: orUndefined(row.email_confirmed_at),
    passwordHash: orUndefined(row.password_hash),
    createdAt: row.created_at,
    deactivatedAt: orUndefined(row.deactivated_at),
    deleteAfter: orUndefined(row.delete_after),
    takedown: orUndefined(row.takedown),
    invitesDisabled: row.invites_disabled === 1,
    inviteNote: orUndefined(row.invite_note),
  }
}
