import {
  type AppPassword,
  ConflictError,
  type SessionStore,
  type SessionWrites,
  type StoredRefreshToken,
} from '@atoll/storage'
import type { Datetime, Did } from '@atoll/syntax'
import type { RoutinesOf } from '../intents.ts'
import { all, change, first, type Routine, type Run } from '../routine.ts'
import { type Flag, orUndefined } from '../rows.ts'
import { type Parameters, statement } from '../statement.ts'

const tokenById = statement((db, $: Parameters<{ id: string }>) =>
  db.selectFrom('refresh_token').selectAll().where('id', '=', $('id')),
)
const passwordsOf = statement((db, $: Parameters<{ did: Did }>) =>
  db.selectFrom('app_password').selectAll().where('did', '=', $('did')).orderBy('key', 'desc'),
)
const insertToken = statement(
  (
    db,
    $: Parameters<
      Omit<StoredRefreshToken, 'nextId' | 'appPassword'> & { nextId: string | null; appPassword: string | null }
    >,
  ) =>
    db.insertInto('refresh_token').values({
      id: $('id'),
      did: $('did'),
      lineage: $('lineage'),
      expires_at: $('expiresAt'),
      next_id: $('nextId'),
      app_password: $('appPassword'),
    }),
)
const setSuccessor = statement((db, $: Parameters<{ id: string; nextId: string; expiresAt: Datetime }>) =>
  db
    .updateTable('refresh_token')
    .set((is) => ({
      next_id: $('nextId'),
      expires_at: is
        .case()
        .when('expires_at', '<', $('expiresAt'))
        .then(is.ref('expires_at'))
        .else($('expiresAt'))
        .end(),
    }))
    .where('id', '=', $('id'))
    .where('next_id', 'is', null),
)
const deleteToken = statement((db, $: Parameters<{ id: string }>) =>
  db.deleteFrom('refresh_token').where('id', '=', $('id')),
)
const deleteLineage = statement((db, $: Parameters<{ lineage: string }>) =>
  db.deleteFrom('refresh_token').where('lineage', '=', $('lineage')),
)
const deleteTokensOf = statement((db, $: Parameters<{ did: Did }>) =>
  db.deleteFrom('refresh_token').where('did', '=', $('did')),
)
const deleteExpired = statement((db, $: Parameters<{ before: Datetime }>) =>
  db.deleteFrom('refresh_token').where('expires_at', '<', $('before')),
)
const insertPassword = statement((db, $: Parameters<Omit<AppPassword, 'privileged'> & { privileged: Flag }>) =>
  db
    .insertInto('app_password')
    .values({
      did: $('did'),
      name: $('name'),
      password_hash: $('passwordHash'),
      privileged: $('privileged'),
      created_at: $('createdAt'),
    })
    .onConflict((conflict) => conflict.doNothing()),
)
const deletePassword = statement((db, $: Parameters<{ did: Did; name: string }>) =>
  db.deleteFrom('app_password').where('did', '=', $('did')).where('name', '=', $('name')),
)
const deletePasswordTokens = statement((db, $: Parameters<{ did: Did; name: string }>) =>
  db.deleteFrom('refresh_token').where('did', '=', $('did')).where('app_password', '=', $('name')),
)

export class SqlSessions implements SessionStore {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  async get(id: string): Promise<StoredRefreshToken | undefined> {
    const row = await this.#run(first(tokenById, { id }))
    if (!row) return undefined
    return {
      id,
      did: row.did,
      lineage: row.lineage,
      expiresAt: row.expires_at,
      nextId: orUndefined(row.next_id),
      appPassword: orUndefined(row.app_password),
    }
  }

  async appPasswords(did: Did): Promise<AppPassword[]> {
    const rows = await this.#run(all(passwordsOf, { did }))
    return rows.map((row) => ({
      did,
      name: row.name,
      passwordHash: row.password_hash,
      privileged: row.privileged === 1,
      createdAt: row.created_at,
    }))
  }
}

export const sessionRoutines: RoutinesOf<SessionWrites> = {
  *create(token: StoredRefreshToken): Routine<void> {
    yield* change(insertToken, { ...token, nextId: token.nextId ?? null, appPassword: token.appPassword ?? null })
  },
  *rotate({ id, expiresAt, next }: { id: string; expiresAt: Datetime; next: StoredRefreshToken }): Routine<void> {
    const rotated = yield* change(setSuccessor, { id, nextId: next.id, expiresAt })
    if (rotated === 0) throw new ConflictError('refreshToken')
    yield* sessionRoutines.create(next)
  },
  *delete(id: string): Routine<void> {
    yield* change(deleteToken, { id })
  },
  *deleteLineage(lineage: string): Routine<void> {
    yield* change(deleteLineage, { lineage })
  },
  *deleteAll(did: Did): Routine<void> {
    yield* change(deleteTokensOf, { did })
  },
  *deleteExpired(before: Datetime): Routine<void> {
    yield* change(deleteExpired, { before })
  },
  *addAppPassword(password: AppPassword): Routine<void> {
    const inserted = yield* change(insertPassword, { ...password, privileged: password.privileged ? 1 : 0 })
    if (inserted === 0) throw new ConflictError('appPassword')
  },
  *deleteAppPassword(did: Did, name: string): Routine<void> {
    yield* change(deletePassword, { did, name })
    yield* change(deletePasswordTokens, { did, name })
  },
}
