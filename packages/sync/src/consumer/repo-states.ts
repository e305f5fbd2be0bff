import type { Did } from '@atoll/syntax'
import type { Remembered } from '../verdict.ts'

type Awaitable<T> = T | Promise<T>

/** Where a consumer keeps what it remembers of each account. Only one event of an account is processed at a time. */
export interface RepoStates {
  get(did: Did): Awaitable<Remembered | undefined>
  set(did: Did, remembered: Remembered): Awaitable<void>
}

/** States that last as long as the process: about 300 bytes for each account that was seen. */
export class MemoryRepoStates implements RepoStates {
  readonly #states = new Map<Did, Remembered>()

  get size(): number {
    return this.#states.size
  }

  get(did: Did): Remembered | undefined {
    return this.#states.get(did)
  }

  set(did: Did, remembered: Remembered): void {
    this.#states.set(did, remembered)
  }
}
