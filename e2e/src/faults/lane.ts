import { type CommitAnswer, type Operation, rkeyOf, type Stored, visibleEffects } from './operation.ts'

/** Keys of one account that are written one request after the other, and what must be there. */
export class Lane {
  readonly records = new Map<string, Stored>()
  /** Every commit that was acknowledged, by CID. */
  readonly acknowledged = new Set<string>()
  /** Commits that the state proves although nobody was told of them. */
  unacknowledgedCommits = 0
  /** What was sent and never answered. */
  unknown: Operation | undefined
  /** Hear of every request, and of its answer unless that stays away; a refusal has none. */
  onSend: (operation: Operation) => void = () => {}
  onAnswer: (answer: CommitAnswer | undefined) => void = () => {}
  readonly account: AccountHandle
  readonly name: string

  constructor(account: AccountHandle, name: string) {
    this.account = account
    this.name = name
  }

  /** The server has said that this is done. */
  acknowledge(operation: Operation, answer: CommitAnswer): void {
    if (answer.commit) this.acknowledged.add(answer.commit.cid)
    for (const { rkey, after } of operation.effects) this.#apply(rkey ?? answer.uri!.split('/').pop()!, after)
  }

  /** Settles what was unknown by what is there. Answers false where a part of it is there and a part is not. */
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

/** An account as its clients hold it. */
export interface AccountHandle {
  readonly did: string
  readonly handle: string
  readonly token: string
}
