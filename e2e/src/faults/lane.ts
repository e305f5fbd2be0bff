import { type CommitResponse, type Operation, rkeyOf, type Stored, visibleEffects } from './operation.ts'

/** Record keys of one account, written by one request at a time, and what must be there. */
export class Lane {
  readonly records = new Map<string, Stored>()
  /** Every commit that was acknowledged, by CID. */
  readonly acknowledged = new Set<string>()
  /** Commits that are in the repository, although no response acknowledged them. */
  unacknowledgedCommits = 0
  /** The request that never got a response. */
  unknown: Operation | undefined
  /** Called with every request, and with its response if there is one; undefined for a refusal. */
  onSend: (operation: Operation) => void = () => {}
  onResponse: (response: CommitResponse | undefined) => void = () => {}
  readonly account: AccountHandle
  readonly name: string

  constructor(account: AccountHandle, name: string) {
    this.account = account
    this.name = name
  }

  /** Records that the server has acknowledged an operation. */
  acknowledge(operation: Operation, response: CommitResponse): void {
    if (response.commit) this.acknowledged.add(response.commit.cid)
    for (const { rkey, after } of operation.effects) this.#apply(rkey ?? response.uri!.split('/').pop()!, after)
  }

  /**
   * Decides the unknown operation by the records that are there. Returns false if only a part of it
   * is.
   */
  settle(records: ReadonlyMap<string, string>): boolean {
    const operation = this.unknown
    this.unknown = undefined
    if (!operation) return true
    const visible = visibleEffects(operation, records)
    if (visible === 0) return true
    if (visible < operation.effects.length) return false
    this.unacknowledgedCommits++
    for (const { rkey, after } of operation.effects) this.#apply(rkey ?? rkeyOf(after!, records)!, after)
    return true
  }

  #apply(rkey: string, after: Stored | undefined): void {
    if (after) this.records.set(rkey, after)
    else this.records.delete(rkey)
  }
}

/** An account, as its clients know it. */
export interface AccountHandle {
  readonly did: string
  readonly handle: string
  readonly token: string
}
