import { ConflictError, type KeyStore, type KeyWrites, type ReservedKey, type SigningKey } from '@atoll/storage'
import type { Datetime, Did } from '@atoll/syntax'
import type { Selectable } from 'kysely'
import type { RoutinesOf } from '../intents.ts'
import { change, first, type Routine, type Run } from '../routine.ts'
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
    return reservedOf(await this.#run(first(reserved, { didKey })))
  }

  async countReserved(): Promise<number> {
    return (await this.#run(first(countReserved, {})))?.count ?? 0
  }

  async reservedFor(did: Did): Promise<ReservedKey | undefined> {
    return reservedOf(await this.#run(first(reservedFor, { did })))
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
}

function reservedOf(row: Selectable<KeyTables['reserved_key']> | undefined): ReservedKey | undefined {
  if (!row) return undefined
  const { did_key: didKey, did, curve, private_key: privateKey, created_at: createdAt } = row
  return { didKey, did: orUndefined(did), curve, privateKey, createdAt }
}
