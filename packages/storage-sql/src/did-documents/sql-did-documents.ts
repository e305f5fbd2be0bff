import { ConflictError, type DidDocumentStore, type DidDocumentWrites, type HostedDocument } from '@atoll/storage'
import type { Datetime, Did } from '@atoll/syntax'
import type { RoutinesOf } from '../intents.ts'
import { change, first, type Routine, type Run } from '../routine.ts'
import { orUndefined } from '../rows.ts'
import { type Parameters, statement } from '../statement.ts'

type Values = { did: Did; content: string; at: Datetime }

const byDid = statement((db, $: Parameters<{ did: Did }>) =>
  db.selectFrom('did_document').selectAll().where('did', '=', $('did')),
)
const insert = statement((db, $: Parameters<Values>) =>
  db
    .insertInto('did_document')
    .values({ did: $('did'), content: $('content'), created_at: $('at'), updated_at: $('at') })
    .onConflict((conflict) => conflict.doNothing()),
)
const update = statement((db, $: Parameters<Values>) =>
  db
    .updateTable('did_document')
    .set({ content: $('content'), updated_at: $('at') })
    .where('did', '=', $('did'))
    .where('content', 'is not', null),
)
const end = statement((db, $: Parameters<Omit<Values, 'content'>>) =>
  db
    .updateTable('did_document')
    .set({ content: null, updated_at: $('at') })
    .where('did', '=', $('did'))
    .where('content', 'is not', null),
)

export class SqlDidDocuments implements DidDocumentStore {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  async get(did: Did): Promise<HostedDocument | undefined> {
    const row = await this.#run(first(byDid, { did }))
    return row && { did, content: orUndefined(row.content), createdAt: row.created_at, updatedAt: row.updated_at }
  }
}

export const didDocumentRoutines: RoutinesOf<DidDocumentWrites> = {
  *create(did: Did, content: string, at: Datetime): Routine<void> {
    if ((yield* change(insert, { did, content, at })) === 0) throw new ConflictError('did', `${did} has had a document`)
  },
  *update(did: Did, content: string, at: Datetime): Routine<void> {
    if ((yield* change(update, { did, content, at })) === 0) throw new ConflictError('did', `${did} has no document`)
  },
  *end(did: Did, at: Datetime): Routine<void> {
    yield* change(end, { did, at })
  },
}
