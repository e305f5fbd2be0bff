import {
  ConflictError,
  type OutboxLimits,
  type OutboxMessage,
  type OutboxStore,
  type OutboxWrites,
} from '@atoll/storage'
import type { Datetime, Did } from '@atoll/syntax'
import type { Selectable } from 'kysely'
import type { RoutinesOf } from '../intents.ts'
import { all, change, first, type Routine, type Run } from '../routine.ts'
import { orUndefined } from '../rows.ts'
import { type Parameters, statement } from '../statement.ts'
import type { OutboxTables } from './tables.ts'

type MessageValues = Omit<OutboxMessage, 'did' | 'topic'> & { did: Did | null; topic: string | null }

const dueMessages = statement((db, $: Parameters<{ at: Datetime; channel: string; limit: number }>) =>
  db
    .selectFrom('outbox')
    .selectAll()
    .where('channel', '=', $('channel'))
    .where('due_at', '<=', $('at'))
    .orderBy('due_at')
    .limit($('limit')),
)
const expiredMessages = statement((db, $: Parameters<{ at: Datetime; limit: number }>) =>
  db.selectFrom('outbox').selectAll().where('expires_at', '<=', $('at')).orderBy('expires_at').limit($('limit')),
)
const countAll = statement((db) => db.selectFrom('outbox').select((is) => is.fn.countAll<number>().as('count')))
const countOf = statement((db, $: Parameters<{ did: Did }>) =>
  db
    .selectFrom('outbox')
    .select((is) => is.fn.countAll<number>().as('count'))
    .where('did', '=', $('did')),
)
const insertMessage = statement((db, $: Parameters<MessageValues>) =>
  db.insertInto('outbox').values({
    id: $('id'),
    did: $('did'),
    topic: $('topic'),
    channel: $('channel'),
    recipient: $('recipient'),
    subject: $('subject'),
    text: $('text'),
    html: $('html'),
    failures: $('failures'),
    due_at: $('dueAt'),
    expires_at: $('expiresAt'),
  }),
)
const deleteTopic = statement((db, $: Parameters<{ did: Did; topic: string }>) =>
  db.deleteFrom('outbox').where('did', '=', $('did')).where('topic', '=', $('topic')),
)
const postponeMessage = statement((db, $: Parameters<{ id: string; dueAt: Datetime }>) =>
  db
    .updateTable('outbox')
    .set((is) => ({ due_at: $('dueAt'), failures: is('failures', '+', 1) }))
    .where('id', '=', $('id')),
)
const deleteMessage = statement((db, $: Parameters<{ id: string }>) =>
  db.deleteFrom('outbox').where('id', '=', $('id')),
)

export class SqlOutbox implements OutboxStore {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  async due(options: { at: Datetime; channel: string; limit: number }): Promise<OutboxMessage[]> {
    return (await this.#run(all(dueMessages, options))).map(messageOf)
  }

  async expired(options: { at: Datetime; limit: number }): Promise<OutboxMessage[]> {
    return (await this.#run(all(expiredMessages, options))).map(messageOf)
  }

  count(): Promise<number> {
    return this.#run(counted())
  }
}

export const outboxRoutines: RoutinesOf<OutboxWrites> = {
  *add(message: OutboxMessage, limits: OutboxLimits): Routine<void> {
    const { did, topic } = message
    if (did !== undefined && topic !== undefined) yield* change(deleteTopic, { did, topic })
    if ((did !== undefined && (yield* counted(did)) >= limits.ofAccount) || (yield* counted()) >= limits.inAll) {
      throw new ConflictError('outbox', 'too many messages wait to be sent')
    }
    yield* change(insertMessage, { ...message, did: did ?? null, topic: topic ?? null })
  },
  *postpone(id: string, dueAt: Datetime): Routine<void> {
    yield* change(postponeMessage, { id, dueAt })
  },
  *delete(id: string): Routine<void> {
    yield* change(deleteMessage, { id })
  },
}

function* counted(did?: Did): Routine<number> {
  const row = did === undefined ? yield* first(countAll, {}) : yield* first(countOf, { did })
  return Number(row?.count ?? 0)
}

function messageOf(row: Selectable<OutboxTables['outbox']>): OutboxMessage {
  const { did, topic, due_at: dueAt, expires_at: expiresAt, ...message } = row
  return { ...message, did: orUndefined(did), topic: orUndefined(topic), dueAt, expiresAt }
}
