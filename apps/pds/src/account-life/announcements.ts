import type { Account, AccountStatus, PdsStorage, PdsTransaction } from '@atoll/storage'
import { accountEvent, identityEvent, syncEvent } from '@atoll/sync'
import type { Datetime } from '@atoll/syntax'
import { isActive, repoNotFound } from '../accounts/account-state.ts'

/** Appends events to the log, in the transaction that makes them true. */
export type Announce = (tx: Pick<PdsTransaction, 'events'>) => void

interface AnnouncementsDeps {
  readonly storage: Pick<PdsStorage, 'repos'>
}

/** What the network is told when an account's status changes. */
export class Announcements {
  readonly #repos: AnnouncementsDeps['storage']['repos']

  constructor({ storage }: AnnouncementsDeps) {
    this.#repos = storage.repos
  }

  /**
   * Tells the status that `account` is about to have. If it comes back into service, its handle and
   * the commit of its repository follow, for the network may have forgotten both. Ask for it under
   * the repository's lock. Refuses with `RepoNotFound`.
   *
   * @see https://atproto.com/specs/account
   */
  async of(account: Account, status: AccountStatus, at: Datetime): Promise<Announce> {
    const { did, handle } = account
    if (status !== 'active') return (tx) => tx.events.append(accountEvent(did, status, at))
    const active = accountEvent(did, undefined, at)
    if (isActive(account)) return (tx) => tx.events.append(active)
    const head = await this.#repos.head(did)
    const commit = head && (await this.#repos.block(did, head.cid))
    if (!commit) throw repoNotFound(did)
    return (tx) => {
      tx.events.append(active)
      tx.events.append(identityEvent(did, handle, at))
      tx.events.append(syncEvent(did, head.rev, { cid: head.cid, bytes: commit }, at))
    }
  }
}
