import type { PdsTransaction } from './transaction.ts'

type Writer = keyof PdsTransaction
type Call = readonly unknown[]

/** One call that a transaction noted down: which writer, which of its methods, with what. */
export type Intent = readonly [writer: Writer, method: string, args: Call]

const methods: { readonly [W in Writer]: readonly (keyof PdsTransaction[W] & string)[] } = {
  repo: ['apply', 'delete'],
  blobs: ['add', 'setTakedown', 'markUnreferenced', 'confirmDeleted'],
  events: ['append', 'removeOf'],
  accounts: ['create', 'update', 'delete', 'setPreferences'],
  sessions: [
    'create',
    'rotate',
    'delete',
    'deleteLineage',
    'deleteAll',
    'deleteExpired',
    'addAppPassword',
    'deleteAppPassword',
  ],
  invites: ['create', 'use', 'giveBack', 'disable'],
  emailTokens: ['put', 'use'],
  keys: ['setSigningKey', 'reserve', 'release'],
  claims: ['add', 'release'],
  state: ['set', 'delete'],
}

/** A transaction that only notes its calls down, for an adapter to replay when it commits. */
export class IntentRecorder implements PdsTransaction {
  readonly intents: Intent[] = []

  get repo() {
    return this.#writer('repo')
  }
  get blobs() {
    return this.#writer('blobs')
  }
  get events() {
    return this.#writer('events')
  }
  get accounts() {
    return this.#writer('accounts')
  }
  get sessions() {
    return this.#writer('sessions')
  }
  get invites() {
    return this.#writer('invites')
  }
  get emailTokens() {
    return this.#writer('emailTokens')
  }
  get keys() {
    return this.#writer('keys')
  }
  get claims() {
    return this.#writer('claims')
  }
  get state() {
    return this.#writer('state')
  }

  #writer<W extends Writer>(writer: W): PdsTransaction[W] {
    const recording: Record<string, (...args: Call) => void> = {}
    for (const method of methods[writer])
      recording[method] = (...args) => void this.intents.push([writer, method, args])
    // `methods` names every method of the writer (its type says so), each of which answers nothing.
    return recording as unknown as PdsTransaction[W]
  }
}

/** Makes the noted calls on writers that act at once, in the order they were noted. */
export function replayIntents(intents: readonly Intent[], target: PdsTransaction): void {
  for (const [writer, method, args] of intents) {
    // An intent is made by the recorder alone, from a typed call of this very method.
    const act = target[writer] as unknown as Record<string, (...args: Call) => void>
    act[method]!(...args)
  }
}
