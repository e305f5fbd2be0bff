import type { AppendListener, AppendListeners, EventLog, StoredEvent } from '@atoll/storage'
import { all, eventPage, logMarks, type Run, trimmingPoint, trimOldest, until } from '@atoll/storage-sql'
import type { Datetime } from '@atoll/syntax'
import type { GroupCommit } from '../core/group-commit.ts'

/** How many events one transaction trims. */
const trimBatch = 1000

export interface SqliteEventsDeps {
  readonly run: Run
  readonly writer: GroupCommit
  readonly listeners: AppendListeners
}

/** The event log. The only writer numbers events, inside the transaction that appends them. */
export class SqliteEvents implements EventLog {
  readonly #run: Run
  readonly #writer: GroupCommit
  readonly #listeners: AppendListeners

  constructor({ run, writer, listeners }: SqliteEventsDeps) {
    this.#run = run
    this.#writer = writer
    this.#listeners = listeners
  }

  async last(): Promise<number> {
    return this.#writer.last
  }

  async horizon(): Promise<number> {
    return (await this.#run(logMarks())).horizon
  }

  page({ after, limit, maxBytes }: { after: number; limit: number; maxBytes?: number }): Promise<StoredEvent[]> {
    const page = { after, limit, through: this.#writer.last }
    if (maxBytes === undefined) return this.#run(all(eventPage, page))
    let bytes = 0
    return this.#run(until(eventPage, page, ({ frame }) => (bytes += frame.length) >= maxBytes))
  }

  onAppend(listener: AppendListener): () => void {
    return this.#listeners.add(listener)
  }

  async trim({ before }: { before: Datetime }): Promise<number> {
    const below = await this.#run(trimmingPoint(before, this.#writer.last))
    if (below === undefined) return 0
    let trimmed = 0
    for (;;) {
      const removed = await this.#writer.write((numbering) => trimOldest(below, trimBatch, numbering.start - 1))
      trimmed += removed
      if (removed < trimBatch) return trimmed
    }
  }
}
