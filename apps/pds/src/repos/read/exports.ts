import type { RepoSnapshot, RepoStore } from '@atoll/storage'
import type { Did, Tid } from '@atoll/syntax'
import { clientNetwork, type RawOutput } from '@atoll/xrpc-server'
import { repoNotFound } from '../../accounts/account-state.ts'
import { PerNetworkLimit } from '../../per-network-limit.ts'
import { Refused } from '../../refused.ts'
import { snapshotCar } from './repo-car.ts'

/**
 * A quarter of the snapshots that storage keeps open: slow readers in one network must not block
 * all others.
 */
const maxPerNetwork = 16

/**
 * Exports of repositories as CAR files. Each holds a snapshot for as long as its client takes to
 * read it.
 */
export class Exports {
  readonly #repos: Pick<RepoStore, 'snapshot'>
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
    return snapshotCar(snapshot, { since, onClose: end })
  }
}

function tooMany(): Refused {
  return new Refused(
    'ServiceUnavailable',
    `This network is reading ${maxPerNetwork} exports already; try again when one has ended`,
    { headers: { 'retry-after': '5' } },
  )
}
