import {
  type AccountKey,
  ConflictError,
  type KeyStore,
  type KeyWrites,
  type ReservedKey,
  type Rewriting,
  type SigningKey,
} from '@atoll/storage'
import type { Datetime, Did } from '@atoll/syntax'
import type { Selectable } from 'kysely'
import type { RoutinesOf } from '../intents.ts'
import { all, change, first, type Routine, type Run } from '../routine.ts'
import { orUndefined } from '../rows.ts'
import { type Parameters, statement } from '../statement.ts'
import type { KeyTables } from './tables.ts'

type KeyValues = { did: Did; curve: SigningKey['curve']; privateKey: Uint8Array }

const signingKey = statement((db, $: Parameters<{ did: Did }>) =>
  db.selectFrom('signing_key').selectAll().where('did', '=', $('did')),
)
const reserved = statement((db, $: Parameters<{ didKey: string }>) =>
  db.selectFrom('reserved_key').selectAll().where('did_key', '=', $('didKey')),
)
const reservedFor = statement((db, $: Parameters<{ did: Did }>) =>
  db.selectFrom('reserved_key').selectAll().where('did', '=', $('did')),
)
const signingKeys = statement((db, $: Parameters<{ after: Did; limit: number }>) =>
  db.selectFrom('signing_key').selectAll().where('did', '>', $('after')).orderBy('did').limit($('limit')),
)
const reservedKeys = statement((db, $: Parameters<{ after: string; limit: number }>) =>
  db.selectFrom('reserved_key').selectAll().where('did_key', '>', $('after')).orderBy('did_key').limit($('limit')),
)
const setSigningKey = statement((db, $: Parameters<KeyValues>) =>
  db
    .insertInto('signing_key')
    .values({ did: $('did'), curve: $('curve'), private_key: $('privateKey') })
    .onConflict((conflict) => conflict.column('did').doUpdateSet({ curve: $('curve'), private_key: $('privateKey') })),
)
const insertReserved = statement(
  (db, $: Parameters<Omit<KeyValues, 'did'> & { didKey: string; did: Did | null; createdAt: Datetime }>) =>
    db
      .insertInto('reserved_key')
      .values({
        did_key: $('didKey'),
        did: $('did'),
        curve: $('curve'),
        private_key: $('privateKey'),
        created_at: $('createdAt'),
      })
      .onConflict((conflict) => conflict.doNothing()),
)
const deleteReserved = statement((db, $: Parameters<{ didKey: string }>) =>
  db.deleteFrom('reserved_key').where('did_key', '=', $('didKey')),
)
const countReserved = statement((db) =>
  db.selectFrom('reserved_key').select((is) => is.fn.countAll<number>().as('count')),
)
const deleteReservedBefore = statement((db, $: Parameters<{ before: Datetime }>) =>
  db.deleteFrom('reserved_key').where('created_at', '<', $('before')),
)

const rewriteSigningKey = statement((db, $: Parameters<Rewriting & { did: Did }>) =>
  db
    .updateTable('signing_key')
    .set({ private_key: $('to') })
    .where('did', '=', $('did'))
    .where('private_key', '=', $('from')),
)
const rewriteReserved = statement((db, $: Parameters<Rewriting & { didKey: string }>) =>
  db
    .updateTable('reserved_key')
    .set({ private_key: $('to') })
    .where('did_key', '=', $('didKey'))
    .where('private_key', '=', $('from')),
)

export class SqlKeys implements KeyStore {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  async signingKey(did: Did): Promise<SigningKey | undefined> {
    const row = await this.#run(first(signingKey, { did }))
    return row && { curve: row.curve, privateKey: row.private_key }
  }

  async reserved(didKey: string): Promise<ReservedKey | undefined> {
    return toReserved(await this.#run(first(reserved, { didKey })))
  }

  async countReserved(): Promise<number> {
    return (await this.#run(first(countReserved, {})))?.count ?? 0
  }

  async reservedFor(did: Did): Promise<ReservedKey | undefined> {
    return toReserved(await this.#run(first(reservedFor, { did })))
  }

  async signingKeys({ limit, cursor = '' as Did }: { limit: number; cursor?: Did }): Promise<AccountKey[]> {
    const rows = await this.#run(all(signingKeys, { after: cursor, limit }))
    return rows.map(({ did, curve, private_key: privateKey }) => ({ did, curve, privateKey }))
  }

  async reservedKeys({ limit, cursor = '' }: { limit: number; cursor?: string }): Promise<ReservedKey[]> {
    const rows = await this.#run(all(reservedKeys, { after: cursor, limit }))
    return rows.map(reservedOf)
  }
}

export const keyRoutines: RoutinesOf<KeyWrites> = {
  *setSigningKey(did: Did, { curve, privateKey }: SigningKey): Routine<void> {
    yield* change(setSigningKey, { did, curve, privateKey })
  },
  *reserve({ didKey, did, curve, privateKey, createdAt }: ReservedKey): Routine<void> {
    const inserted = yield* change(insertReserved, { didKey, did: did ?? null, curve, privateKey, createdAt })
    if (inserted === 0) throw new ConflictError('reservedKey')
  },
  *release(didKey: string): Routine<void> {
    if ((yield* change(deleteReserved, { didKey })) === 0) throw new ConflictError('reservedKey')
  },
  *forgetReserved(before: Datetime): Routine<void> {
    yield* change(deleteReservedBefore, { before })
  },
  *rewriteSigningKey(did: Did, { from, to }: Rewriting): Routine<void> {
    yield* change(rewriteSigningKey, { did, from, to })
  },
  *rewriteReserved(didKey: string, { from, to }: Rewriting): Routine<void> {
    yield* change(rewriteReserved, { didKey, from, to })
  },
}

function toReserved(row: Selectable<KeyTables['reserved_key']> | undefined): ReservedKey | undefined {
  return row && reservedOf(row)
}

function reservedOf(row: Selectable<KeyTables['reserved_key']>): ReservedKey {
  const { did_key: didKey, did, curve, private_key: privateKey, created_at: createdAt } = row
  return { didKey, did: orUndefined(did), curve, privateKey, createdAt }
}
