import { type AccountHandle, Lane } from './lane.ts'
import { type CommitResponse, type Operation, rkeyOf } from './operation.ts'

/** A request, with the moments when it was sent and when its outcome was known. */
interface Entry {
  operation: Operation
  readonly sent: number
  known?: number
  /** Undefined if it had no effect. */
  response?: CommitResponse
}

/**
 * What was acknowledged on a lane and when: from it follows what must be there after a power cut at
 * any moment.
 */
export class LaneHistory {
  readonly #entries: Entry[] = []
  #unacknowledged = 0
  readonly lane: Lane
  /** When the account certainly existed. */
  readonly opened: number
  readonly #now: () => number

  constructor(lane: Lane, opened: number, now: () => number) {
    this.lane = lane
    this.opened = opened
    this.#now = now

    lane.onSend = (operation) => this.#entries.push({ operation, sent: this.#now() })
    lane.onResponse = (response) => this.#close(response)
  }

  get account(): AccountHandle {
    return this.lane.account
  }

  /**
   * Call this when the outcome of an unanswered request is known: from now on, others may have seen
   * it.
   */
  settled(): void {
    const entry = this.#entries.at(-1)
    const happened = this.lane.unacknowledgedCommits > this.#unacknowledged
    this.#unacknowledged = this.lane.unacknowledgedCommits
    if (!entry || entry.known !== undefined) return
    if (!happened) {
      this.#close(undefined)
      return
    }
    const records = new Map([...this.lane.records].map(([rkey, { cid }]) => [rkey, cid]))
    const effects = entry.operation.effects.map(({ rkey, after }) => ({ rkey: rkey ?? rkeyOf(after!, records), after }))
    entry.operation = { ...entry.operation, effects }
    this.#close({})
  }

  /** The lane as a client would hold it if everything had ended at that moment. */
  at(moment: number): Lane {
    const lane = new Lane(this.lane.account, this.lane.name)
    for (const { operation, sent, known, response } of this.#entries) {
      if (sent > moment) break
      if (known === undefined || known > moment) lane.unknown = operation
      else if (response) lane.acknowledge(operation, response)
    }
    return lane
  }

  #close(response: CommitResponse | undefined): void {
    const entry = this.#entries.at(-1)!
    entry.known = this.#now()
    if (response) entry.response = response
  }
}
