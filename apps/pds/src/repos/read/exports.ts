import type { RepoSnapshot, RepoStore } from '@atoll/storage'
import type { Did, Tid } from '@atoll/syntax'
import { clientNetwork, type RawOutput } from '@atoll/xrpc-server'
import { repoNotFound } from '../../accounts/account-state.ts'
import { PerNetworkLimit } from '../../per-network-limit.ts'
import { Refused } from '../../refused.ts'
import { carEncoding, SnapshotCar } from './repo-car.ts'

/**
 * A quarter of the snapshots that storage keeps open: slow readers in one network must not block
 * all others.
 */
const maxPerNetwork = 16

/** An export that a client is reading. */
type Export = Pick<SnapshotCar, 'breakOff'>

/**
 * Exports of repositories as CAR files. Each holds a snapshot for as long as its client takes to
 * read it.
 */
export class Exports {
  readonly #repos: Pick<RepoStore, 'snapshot'>
  readonly #open = new Map<Did, Set<Export>>()
  readonly #underWay = new PerNetworkLimit(maxPerNetwork)

  constructor(repos: Pick<RepoStore, 'snapshot'>) {
    this.#repos = repos
  }

  /**
   * The whole repository, or what it gained after `since`. Refuses with `RepoNotFound`, and with
   * `ServiceUnavailable` beyond the limit.
   */
  async open(did: Did, { ip, since }: { ip: string; since?: Tid | undefined }): Promise<RawOutput> {
    const end = this.#underWay.take(clientNetwork(ip))
    if (!end) throw tooMany()
    let snapshot: RepoSnapshot | undefined
    try {
      snapshot = await this.#repos.snapshot(did)
      if (!snapshot) throw repoNotFound(did)
    } finally {
      if (!snapshot) end()
    }
    return this.#keep(did, snapshot, { since, onClose: end })
  }

  /** Breaks off the exports of an account that is deleted: what was sent is no whole file. */
  endOf(did: Did): void {
    for (const each of this.#open.get(did) ?? []) each.breakOff(repoNotFound(did))
  }

  #keep(did: Did, snapshot: RepoSnapshot, { since, onClose }: { since: Tid | undefined; onClose(): void }): RawOutput {
    const ofAccount = this.#open.get(did) ?? new Set()
    this.#open.set(did, ofAccount)
    const car = new SnapshotCar(snapshot, {
      since,
      onClose: () => {
        ofAccount.delete(car)
        if (ofAccount.size === 0 && this.#open.get(did) === ofAccount) this.#open.delete(did)
        onClose()
      },
    })
    ofAccount.add(car)
    return { encoding: carEncoding, body: car }
  }
}

function tooMany(): Refused {
  return new Refused(
    'ServiceUnavailable',
    `This network is reading ${maxPerNetwork} exports already; try again when one has ended`,
    { headers: { 'retry-after': '5' } },
  )
}
