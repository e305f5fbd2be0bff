import type { PdsStorage } from '@atoll/storage'
import { type Did, formatDatetime } from '@atoll/syntax'
import { Refused } from '../refused.ts'
import type { HandleRules } from './handle-rules.ts'

interface ReservedHandlesDeps {
  readonly storage: Pick<PdsStorage, 'state' | 'transact'>
  readonly rules: Pick<HandleRules, 'normalize'>
  /** The DID of this service, in whose name they are kept. */
  readonly service: Did
  readonly now?: () => number
}

const namespace = 'reserved handle'

/**
 * Handles that the administrator keeps from accounts, beside the names that every server reserves.
 */
export class ReservedHandles {
  readonly #storage: ReservedHandlesDeps['storage']
  readonly #rules: ReservedHandlesDeps['rules']
  readonly #service: Did
  readonly #now: () => number

  constructor(deps: ReservedHandlesDeps) {
    this.#storage = deps.storage
    this.#rules = deps.rules
    this.#service = deps.service
    this.#now = deps.now ?? (() => Date.now())
  }

  /** An account that has the handle keeps it. Refuses with `InvalidHandle` what is none. */
  async add(text: string): Promise<void> {
    const handle = this.#rules.normalize(text)
    const at = formatDatetime(new Date(this.#now()))
    await this.#storage.transact(this.#service, (tx) => tx.state.set(namespace, handle, at))
  }

  /** Refuses with `HandleNotAvailable`. */
  async requireFree(handle: string): Promise<void> {
    if ((await this.#storage.state.get(namespace, handle)) !== undefined) {
      throw new Refused('HandleNotAvailable', 'Reserved handle')
    }
  }
}
