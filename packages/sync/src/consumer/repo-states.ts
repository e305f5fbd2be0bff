import { RecentMap } from '@atoll/recent-map'
import type { Did } from '@atoll/syntax'
import type { Awaitable } from '../awaitable.ts'
import type { Remembered } from '../verify/options.ts'

/**
 * Where a consumer keeps what it remembers of each account. Only one event of an account is
 * processed at a time.
 */
export interface RepoStates {
  get(did: Did): Awaitable<Remembered | undefined>
  set(did: Did, remembered: Remembered): Awaitable<void>
}

export interface MemoryRepoStatesOptions {
  /** Memory for all accounts together. Default 128 MiB: some 260,000 accounts of did:plc. */
  maxBytes?: number
}

const defaultMaxBytes = 128 * 1024 * 1024

/**
 * Measured: what an account takes besides its DID, which is its place in the map, the rev, the CID
 * and the objects around them.
 */
const accountOverhead = 480

/**
 * The states of the accounts that were heard of most recently, for as long as the process runs. A
 * forgotten account counts as never seen: its next commit is verified like a first one, by
 * signature, structure and host, but neither a gap nor an older rev is noticed, nor that the
 * account was said to be inactive. To follow more accounts than fit, keep the states in a database.
 */
export class MemoryRepoStates implements RepoStates {
  readonly #states: RecentMap<Did, Remembered>

  constructor({ maxBytes = defaultMaxBytes }: MemoryRepoStatesOptions = {}) {
    this.#states = new RecentMap({ maxSize: maxBytes, sizeOf: (_, did) => accountOverhead + did.length })
  }

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
