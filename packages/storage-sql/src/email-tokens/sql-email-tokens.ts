import { ConflictError, type EmailToken, type EmailTokenStore, type EmailTokenWrites } from '@atoll/storage'
import type { Did } from '@atoll/syntax'
import type { Selectable } from 'kysely'
import type { RoutinesOf } from '../intents.ts'
import { change, first, type Routine, type Run } from '../routine.ts'
import { type Parameters, statement } from '../statement.ts'
import type { EmailTokenTables } from './tables.ts'

const tokenOf = statement((db, $: Parameters<{ purpose: string; did: Did }>) =>
  db.selectFrom('email_token').selectAll().where('purpose', '=', $('purpose')).where('did', '=', $('did')),
)
const byCode = statement((db, $: Parameters<{ purpose: string; code: string }>) =>
  db.selectFrom('email_token').selectAll().where('purpose', '=', $('purpose')).where('code', '=', $('code')).limit(1),
)
const putToken = statement((db, $: Parameters<EmailToken>) =>
  db
    .insertInto('email_token')
    .values({ purpose: $('purpose'), did: $('did'), code: $('code'), expires_at: $('expiresAt') })
    .onConflict((conflict) =>
      conflict.columns(['purpose', 'did']).doUpdateSet({ code: $('code'), expires_at: $('expiresAt') }),
    ),
)
const useToken = statement((db, $: Parameters<{ purpose: string; did: Did; code: string }>) =>
  db
    .deleteFrom('email_token')
    .where('purpose', '=', $('purpose'))
    .where('did', '=', $('did'))
    .where('code', '=', $('code')),
)

export class SqlEmailTokens implements EmailTokenStore {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  async get(purpose: string, did: Did): Promise<EmailToken | undefined> {
    return emailTokenOf(await this.#run(first(tokenOf, { purpose, did })))
  }

  async byCode(purpose: string, code: string): Promise<EmailToken | undefined> {
    return emailTokenOf(await this.#run(first(byCode, { purpose, code: code.toUpperCase() })))
  }
}

export const emailTokenRoutines: RoutinesOf<EmailTokenWrites> = {
  *put(token: EmailToken): Routine<void> {
    yield* change(putToken, { ...token, code: token.code.toUpperCase() })
  },
  *use(purpose: string, did: Did, code: string): Routine<void> {
    const used = yield* change(useToken, { purpose, did, code: code.toUpperCase() })
    if (used === 0) throw new ConflictError('emailToken')
  },
}

function emailTokenOf(row: Selectable<EmailTokenTables['email_token']> | undefined): EmailToken | undefined {
  return row && { did: row.did, purpose: row.purpose, code: row.code, expiresAt: row.expires_at }
}
