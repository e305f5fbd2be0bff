/** What must never be found after a fault. */
export const rules = [
  'acknowledged writes are there',
  'a write without a response is there as a whole or not at all',
  'nothing is there that nobody wrote',
  'repositories verify with the key of the DID document',
  'the record index lists what the tree holds',
  'every commit is on the firehose once, and nothing else is',
  'the firehose breaks no rule: numbers rise, signatures hold, since and prevData chain',
  'repositories rebuilt from the firehose equal those of the server',
  'a consumer that resumes by cursor sees what a replay from the start shows',
  'referenced blobs are served whole',
  'acknowledged accounts can sign in',
  'handles of sign-ups without a response have an account or are free',
  'requests are refused for nothing but the fault',
  'the server ends only when it is killed',
  'the server starts on whatever is left, and takes writes',
  'a blob file contains the blob that it is named after',
  'every blob in its permanent place is in the index, or waits to be deleted',
] as const

export type RuleName = (typeof rules)[number]

/** The violations found during a run, by rule. */
export class Findings {
  readonly #found = new Map<RuleName, string[]>()

  report(rule: RuleName, what: string): void {
    const found = this.#found.get(rule)
    if (found) found.push(what)
    else this.#found.set(rule, [what])
  }

  against(rule: RuleName): readonly string[] {
    return this.#found.get(rule) ?? []
  }

  entries(): { rule: RuleName; what: string }[] {
    return [...this.#found].flatMap(([rule, found]) => found.map((what) => ({ rule, what })))
  }

  /** All violations, each with its rule. */
  all(): string[] {
    return this.entries().map(({ rule, what }) => `${rule}: ${what}`)
  }
}
