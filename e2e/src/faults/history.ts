import { type AccountHandle, Lane } from './lane.ts'
import { type CommitAnswer, type Operation, rkeyOf } from './operation.ts'

/** A request with the moments at which it was sent and at which its fate was known. */
interface Entry {
  operation: Operation
  readonly sent: number
  known?: number
  /** Undefined where it came to nothing. */
  answer?: CommitAnswer
}

/** What was promised on a lane and when, so that it can be told what must be there after a power cut at any moment. */
export class LaneHistory {
  readonly #entries: Entry[] = []
  #unacknowledged = 0
  readonly lane: Lane
  /** When the account was there for sure. */
  readonly opened: number
  readonly #now: () => number

  constructor(lane: Lane, opened: number, now: () => number) {
    this.lane = lane
    this.opened = opened
    this.#now = now

    lane.onSend = (operation) => this.#entries.push({ operation, sent: this.#now() })
    lane.onAnswer = (answer) => this.#close(answer)
  }

  get account(): AccountHandle {
    return this.lane.account
  }

  /** To be called when the lane has found out what became of an unanswered request: from now on, others may have seen it. */
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
    for (const { operation, sent, known, answer } of this.#entries) {
      if (sent > moment) break
      if (known === undefined || known > moment) lane.unknown = operation
      else if (answer) lane.acknowledge(operation, answer)
    }
    return lane
  }

  #close(answer: CommitAnswer | undefined): void {
    const entry = this.#entries.at(-1)!
    entry.known = this.#now()
    if (answer) entry.answer = answer
  }
}
