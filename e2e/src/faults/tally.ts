import type { Outcome } from './requests.ts'

/** How the requests of a load ended. */
export class Tally {
  ok = 0
  refused = 0
  unknown = 0
  /** The number of refusals by status and name. */
  readonly refusals = new Map<string, number>()
  #awaited: { at: number; resolve: () => void }[] = []

  count(outcome: Outcome<unknown>): void {
    this[outcome.kind]++
    if (outcome.kind === 'refused') {
      const name = `${outcome.status} ${outcome.error}`
      this.refusals.set(name, (this.refusals.get(name) ?? 0) + 1)
    }
    const due = this.#awaited.filter(({ at }) => at <= this.ok)
    this.#awaited = this.#awaited.filter(({ at }) => at > this.ok)
    for (const { resolve } of due) resolve()
  }

  /** Resolves when that many more requests have succeeded. */
  more(requests: number): Promise<void> {
    return new Promise((resolve) => this.#awaited.push({ at: this.ok + requests, resolve }))
  }
}
