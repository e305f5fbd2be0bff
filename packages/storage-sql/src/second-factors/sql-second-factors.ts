import {
  ConflictError,
  type Rewriting,
  type SecondFactorStore,
  type SecondFactors,
  type SecondFactorWrites,
  type Totp,
  type TotpSecret,
  type TryLimits,
} from '@atoll/storage'
import type { Datetime, Did } from '@atoll/syntax'
import type { RoutinesOf } from '../intents.ts'
import { all, change, first, type Routine, type Run } from '../routine.ts'
import { type Parameters, statement } from '../statement.ts'

const emailFactorOf = statement((db, $: Parameters<{ did: Did }>) =>
  db.selectFrom('email_factor').selectAll().where('did', '=', $('did')),
)
const totpOf = statement((db, $: Parameters<{ did: Did }>) =>
  db.selectFrom('totp').selectAll().where('did', '=', $('did')),
)
const recoveryCodesOf = statement((db, $: Parameters<{ did: Did }>) =>
  db.selectFrom('recovery_code').selectAll().where('did', '=', $('did')).orderBy('hash'),
)
const secretsAfter = statement((db, $: Parameters<{ after: Did; limit: number }>) =>
  db.selectFrom('totp').select(['did', 'secret']).where('did', '>', $('after')).orderBy('did').limit($('limit')),
)
const insertEmailFactor = statement((db, $: Parameters<{ did: Did }>) =>
  db
    .insertInto('email_factor')
    .values({ did: $('did') })
    .onConflict((conflict) => conflict.doNothing()),
)
const deleteEmailFactor = statement((db, $: Parameters<{ did: Did }>) =>
  db.deleteFrom('email_factor').where('did', '=', $('did')),
)
const insertTotp = statement((db, $: Parameters<{ did: Did; secret: Uint8Array }>) =>
  db
    .insertInto('totp')
    .values({ did: $('did'), secret: $('secret'), is_confirmed: 0, last_step: 0 })
    .onConflict((conflict) => conflict.doNothing()),
)
const deleteUnconfirmed = statement((db, $: Parameters<{ did: Did }>) =>
  db.deleteFrom('totp').where('did', '=', $('did')).where('is_confirmed', '=', 0),
)
const confirm = statement((db, $: Parameters<{ did: Did; secret: Uint8Array; step: number }>) =>
  db
    .updateTable('totp')
    .set({ is_confirmed: 1, last_step: $('step') })
    .where('did', '=', $('did'))
    .where('secret', '=', $('secret'))
    .where('is_confirmed', '=', 0),
)
const useStep = statement((db, $: Parameters<{ did: Did; step: number }>) =>
  db
    .updateTable('totp')
    .set({ last_step: $('step') })
    .where('did', '=', $('did'))
    .where('is_confirmed', '=', 1)
    .where('last_step', '<', $('step')),
)
const deleteTotp = statement((db, $: Parameters<{ did: Did }>) => db.deleteFrom('totp').where('did', '=', $('did')))
const rewriteSecret = statement((db, $: Parameters<Rewriting & { did: Did }>) =>
  db
    .updateTable('totp')
    .set({ secret: $('to') })
    .where('did', '=', $('did'))
    .where('secret', '=', $('from')),
)
const insertRecoveryCode = statement((db, $: Parameters<{ did: Did; hash: string }>) =>
  db.insertInto('recovery_code').values({ did: $('did'), hash: $('hash') }),
)
const deleteRecoveryCodes = statement((db, $: Parameters<{ did: Did }>) =>
  db.deleteFrom('recovery_code').where('did', '=', $('did')),
)
const useRecoveryCode = statement((db, $: Parameters<{ did: Did; hash: string }>) =>
  db.deleteFrom('recovery_code').where('did', '=', $('did')).where('hash', '=', $('hash')),
)
const deleteTriesBefore = statement((db, $: Parameters<{ did: Did; since: Datetime }>) =>
  db.deleteFrom('code_tries').where('did', '=', $('did')).where('since', '<', $('since')),
)
const insertTries = statement((db, $: Parameters<{ did: Did; at: Datetime }>) =>
  db
    .insertInto('code_tries')
    .values({ did: $('did'), count: 0, since: $('at') })
    .onConflict((conflict) => conflict.doNothing()),
)
const takeTry = statement((db, $: Parameters<{ did: Did; max: number }>) =>
  db
    .updateTable('code_tries')
    .set((is) => ({ count: is('count', '+', 1) }))
    .where('did', '=', $('did'))
    .where('count', '<', $('max')),
)
const deleteTries = statement((db, $: Parameters<{ did: Did }>) =>
  db.deleteFrom('code_tries').where('did', '=', $('did')),
)

export class SqlSecondFactors implements SecondFactorStore {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  async get(did: Did): Promise<SecondFactors> {
    const email = await this.takesEmailCode(did)
    const codes = await this.#run(all(recoveryCodesOf, { did }))
    return {
      email,
      totp: await this.#totp(did),
      recoveryCodeHashes: codes.map(({ hash }) => hash),
    }
  }

  async takesEmailCode(did: Did): Promise<boolean> {
    return (await this.#run(first(emailFactorOf, { did }))) !== undefined
  }

  async totpSecrets({ limit, cursor = '' as Did }: { limit: number; cursor?: Did }): Promise<TotpSecret[]> {
    return (await this.#run(all(secretsAfter, { after: cursor, limit }))).map(({ did, secret }) => ({ did, secret }))
  }

  async #totp(did: Did): Promise<Totp | undefined> {
    const row = await this.#run(first(totpOf, { did }))
    return row && { secret: row.secret, isConfirmed: row.is_confirmed === 1, lastStep: row.last_step }
  }
}

export const secondFactorRoutines: RoutinesOf<SecondFactorWrites> = {
  *setEmail(did: Did, isOn: boolean): Routine<void> {
    yield* change(isOn ? insertEmailFactor : deleteEmailFactor, { did })
  },
  *putTotp(did: Did, secret: Uint8Array): Routine<void> {
    yield* change(deleteUnconfirmed, { did })
    yield* requireChange(change(insertTotp, { did, secret }), 'totp')
  },
  *confirmTotp(did: Did, secret: Uint8Array, step: number): Routine<void> {
    yield* requireChange(change(confirm, { did, secret, step }), 'totp')
  },
  *useTotpStep(did: Did, step: number): Routine<void> {
    yield* requireChange(change(useStep, { did, step }), 'totp')
  },
  *deleteTotp(did: Did): Routine<void> {
    yield* change(deleteTotp, { did })
  },
  *rewriteTotpSecret(did: Did, { from, to }: Rewriting): Routine<void> {
    yield* change(rewriteSecret, { did, from, to })
  },
  *setRecoveryCodes(did: Did, hashes: readonly string[]): Routine<void> {
    yield* change(deleteRecoveryCodes, { did })
    for (const hash of hashes) yield* change(insertRecoveryCode, { did, hash })
  },
  *useRecoveryCode(did: Did, hash: string): Routine<void> {
    yield* requireChange(change(useRecoveryCode, { did, hash }), 'recoveryCode')
  },
  *takeTry(did: Did, { at, since, max }: TryLimits): Routine<void> {
    yield* change(deleteTriesBefore, { did, since })
    yield* change(insertTries, { did, at })
    yield* requireChange(change(takeTry, { did, max }), 'codeTries')
  },
  *forgetTries(did: Did): Routine<void> {
    yield* change(deleteTries, { did })
  },
}

/** Refuses the transaction unless the statement has changed a row. */
function* requireChange(changed: Routine<number>, field: 'totp' | 'recoveryCode' | 'codeTries'): Routine<void> {
  if ((yield* changed) === 0) throw new ConflictError(field)
}
