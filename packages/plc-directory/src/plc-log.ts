import { type AnyOperation, acceptOperation, parseOperation, requireAcceptable } from '@atoll/identity/plc'
import type { Did } from '@atoll/syntax'
import type { Arrivals } from './arrivals.ts'
import { DidQueue } from './did-queue.ts'
import type { PlcStore } from './plc-store.ts'
import { Refusal } from './refusal.ts'

/** Decides what enters the log, one operation of a DID after the other. */
export class PlcLog {
  readonly #store: PlcStore
  readonly #arrivals: Pick<Arrivals, 'announce'>
  readonly #now: () => number
  readonly #queue = new DidQueue()
  #lastTime = 0

  constructor(store: PlcStore, arrivals: Pick<Arrivals, 'announce'>, now: () => number) {
    this.#store = store
    this.#arrivals = arrivals
    this.#now = now
  }

  /** Resolves when the operation is durable. @throws PlcError, Refusal */
  async submit(did: Did, json: unknown): Promise<void> {
    const operation = parseOperation(json)
    requireAcceptable(operation)
    await this.#queue.run(did, () => this.#append(did, operation))
  }

  async #append(did: Did, operation: AnyOperation): Promise<void> {
    const entries = await this.#store.entries(did)
    const time = await this.#nextTime()
    const { cid, nullified } = acceptOperation(did, entries, operation, time)
    const entry = { did, operation, cid, nullifies: nullified, createdAt: new Date(time).toISOString() }
    const appended = await this.#store.append(entry, entries.length)
    if (!appended) throw new Refusal(409, 'Proposed prev does not match the most recent operation')
    this.#arrivals.announce()
  }

  /** Time stamps strictly rise, even if the clock goes back: they are the cursor of the export. */
  async #nextTime(): Promise<number> {
    const last = await this.#store.last()
    this.#lastTime = Math.max(this.#now(), this.#lastTime + 1, last === undefined ? 0 : Date.parse(last.createdAt) + 1)
    return this.#lastTime
  }
}
