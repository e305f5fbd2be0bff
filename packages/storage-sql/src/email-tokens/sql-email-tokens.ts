import {
  ConflictError,
  type EmailToken,
  type EmailTokenStore,
  type EmailTokenWrites,
  type NewEmailToken,
} from '@atoll/storage'
import type { Did } from '@atoll/syntax'
import type { Selectable } from 'kysely'
import type { RoutinesOf } from '../intents.ts'
import { change, first, type Routine, type Run } from '../routine.ts'
import { type Parameters, statement } from '../statement.ts'
import type { EmailTokenTables } from './tables.ts'

/** The token that a code was given for. */
interface Which {
  purpose: string
  did: Did
  codeHash: string
}

const tokenOf = statement((db, $: Parameters<{ purpose: string; did: Did }>) =>
  db.selectFrom('email_token').selectAll().where('purpose', '=', $('purpose')).where('did', '=', $('did')),
)
const byCodeHash = statement((db, $: Parameters<{ purpose: string; codeHash: string }>) =>
  db
    .selectFrom('email_token')
    .selectAll()
    .where('purpose', '=', $('purpose'))
    .where('code_hash', '=', $('codeHash'))
    .limit(1),
)
const putToken = statement((db, $: Parameters<NewEmailToken>) =>
  db
    .insertInto('email_token')
    .values({
      purpose: $('purpose'),
      did: $('did'),
      code_hash: $('codeHash'),
      expires_at: $('expiresAt'),
      wrong_tries: 0,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['purpose', 'did'])
        .doUpdateSet({ code_hash: $('codeHash'), expires_at: $('expiresAt'), wrong_tries: 0 }),
    ),
)
const useToken = statement((db, $: Parameters<Which>) =>
  db
    .deleteFrom('email_token')
    .where('purpose', '=', $('purpose'))
    .where('did', '=', $('did'))
    .where('code_hash', '=', $('codeHash')),
)
const countWrongTry = statement((db, $: Parameters<Which>) =>
  db
    .updateTable('email_token')
    .set((is) => ({ wrong_tries: is('wrong_tries', '+', 1) }))
    .where('purpose', '=', $('purpose'))
    .where('did', '=', $('did'))
    .where('code_hash', '=', $('codeHash')),
)

const deleteTokens = statement((db, $: Parameters<{ did: Did }>) =>
  db.deleteFrom('email_token').where('did', '=', $('did')),
)

export class SqlEmailTokens implements EmailTokenStore {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  async get(purpose: string, did: Did): Promise<EmailToken | undefined> {
    return emailTokenOf(await this.#run(first(tokenOf, { purpose, did })))
  }

  async byCodeHash(purpose: string, codeHash: string): Promise<EmailToken | undefined> {
    return emailTokenOf(await this.#run(first(byCodeHash, { purpose, codeHash })))
  }
}

export const emailTokenRoutines: RoutinesOf<EmailTokenWrites> = {
  *put(token: NewEmailToken): Routine<void> {
    yield* change(putToken, token)
  },
  *use(purpose: string, did: Did, codeHash: string): Routine<void> {
    const used = yield* change(useToken, { purpose, did, codeHash })
    if (used === 0) throw new ConflictError('emailToken')
  },
  *countWrongTry(purpose: string, did: Did, codeHash: string): Routine<void> {
    yield* change(countWrongTry, { purpose, did, codeHash })
  },
  *deleteAll(did: Did): Routine<void> {
    yield* change(deleteTokens, { did })
  },
}

function emailTokenOf(row: Selectable<EmailTokenTables['email_token']> | undefined): EmailToken | undefined {
  if (!row) return undefined
  const { purpose, did, code_hash: codeHash, expires_at: expiresAt, wrong_tries: wrongTries } = row
  return { purpose, did, codeHash, expiresAt, wrongTries }
}
