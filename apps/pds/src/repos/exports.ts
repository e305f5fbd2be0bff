import type { RepoSnapshot, RepoStore } from '@atoll/storage'
import type { Did, Tid } from '@atoll/syntax'
import { clientNetwork, type RawOutput } from '@atoll/xrpc-server'
import { NetworkShares } from '../network-shares.ts'
import { Refused } from '../refused.ts'
import { snapshotCar } from './repo-car.ts'

/** A quarter of the snapshots that storage keeps open: the slow readers of one network must not keep all others from their exports. */
const maxPerNetwork = 16

/** Repositories as files. Each is read from a snapshot, which is held for as long as its client takes. */
export class Exports {
  readonly #repos: Pick<RepoStore, 'snapshot'>
  readonly #shares = new NetworkShares(maxPerNetwork)

  constructor(repos: Pick<RepoStore, 'snapshot'>) {
    this.#repos = repos
  }

  /** A repository, whole or what it gained after `since`. Refuses with `RepoNotFound`, or with `ServiceUnavailable` beyond the bound. */
  async open(did: Did, { ip, since }: { ip: string; since?: Tid | undefined }): Promise<RawOutput> {
    const giveBack = this.#shares.take(clientNetwork(ip))
    if (!giveBack) throw tooMany()
    let snapshot: RepoSnapshot | undefined
    try {
      snapshot = await this.#repos.snapshot(did)
      if (!snapshot) throw new Refused('RepoNotFound', `Could not find repo for DID: ${did}`)
    } finally {
      if (!snapshot) giveBack()
    }
    return snapshotCar(snapshot, { since, onClose: giveBack })
  }
}

function tooMany(): Refused {
  return new Refused(
    'ServiceUnavailable',
    `This network is reading ${maxPerNetwork} exports already; try again when one has ended`,
    { headers: { 'retry-after': '5' } },
  )
}
