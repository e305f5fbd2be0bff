import type { StateEntry, StateStore, StateWrites } from '@atoll/storage'
import type { RoutinesOf } from '../intents.ts'
import { all, change, first, type Routine, type Run } from '../routine.ts'
import { type Parameters, statement } from '../statement.ts'

type Key = { namespace: string; key: string }

const storedValue = statement((db, $: Parameters<Key>) =>
  db.selectFrom('state').select('value').where('namespace', '=', $('namespace')).where('key', '=', $('key')),
)
const entriesOf = statement((db, $: Parameters<Pick<Key, 'namespace'>>) =>
  db.selectFrom('state').select(['key', 'value']).where('namespace', '=', $('namespace')).orderBy('key'),
)
const setValue = statement((db, $: Parameters<Key & { value: string }>) =>
  db
    .insertInto('state')
    .values({ namespace: $('namespace'), key: $('key'), value: $('value') })
    .onConflict((conflict) => conflict.columns(['namespace', 'key']).doUpdateSet({ value: $('value') })),
)
const deleteValue = statement((db, $: Parameters<Key>) =>
  db.deleteFrom('state').where('namespace', '=', $('namespace')).where('key', '=', $('key')),
)

export class SqlState implements StateStore {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  async get(namespace: string, key: string): Promise<string | undefined> {
    return (await this.#run(first(storedValue, { namespace, key })))?.value
  }

  list(namespace: string): Promise<StateEntry[]> {
    return this.#run(all(entriesOf, { namespace }))
  }
}

export const stateRoutines: RoutinesOf<StateWrites> = {
  *set(namespace: string, key: string, value: string): Routine<void> {
    yield* change(setValue, { namespace, key, value })
  },
  *delete(namespace: string, key: string): Routine<void> {
    yield* change(deleteValue, { namespace, key })
  },
}
