/** A difference between judges, and what was decided about it. */
export interface Decision<Case = string> {
  /** The files of the cases, as a prefix of their paths below `interop/`. */
  file: string
  /**
   * The judges that differ from the vectors: oracles, this project, or the specification itself
   * where the vectors follow the network.
   */
  judges: string[]
  covers(value: Case): boolean
  why: string
  /** The rule that decides. */
  specification: string
}

/** One line of a page's `disagreements.json`. */
interface Disagreement {
  file: string
  case: unknown
  vectors: string
  judges: Record<string, string>
  why: string
  specification: string
}

/**
 * Compares what judges say of each case with what the vectors say. Whatever differs needs a
 * decision, and each decision needs a case: otherwise `disagreements` throws, and no vectors are
 * written.
 */
export class Verdicts<Case = string> {
  readonly #decisions: Decision<Case>[]
  readonly #used = new Set<Decision<Case>>()
  readonly #unexplained: string[] = []
  readonly #found: Disagreement[] = []

  constructor(decisions: Decision<Case>[]) {
    this.#decisions = decisions
  }

  /** `shown` is the name of the case in disagreements.json. Default: the case itself. */
  compare(file: string, value: Case, vectors: string, judges: Record<string, string>, shown: unknown = value): void {
    const differing = Object.entries(judges).filter(([, verdict]) => verdict !== vectors)
    for (const [judge, verdict] of differing) {
      const decision = this.#decisions.find(
        (one) => file.startsWith(one.file) && one.judges.includes(judge) && one.covers(value),
      )
      if (decision === undefined) {
        const text = JSON.stringify(shown)
        this.#unexplained.push(`${file}: the vectors say ${vectors}, ${judge} says ${verdict}: ${text.slice(0, 200)}`)
      } else {
        this.#used.add(decision)
        this.#note(file, shown, vectors, judge, verdict, decision)
      }
    }
  }

  /** Every disagreement that was found, in the order of the cases. */
  disagreements(): Disagreement[] {
    const stale = this.#decisions
      .filter((decision) => !this.#used.has(decision))
      .map(({ file, judges, why }) => `${file}: ${judges.join(' and ')} differ in no case any more: ${why}`)
    const faults = [...this.#unexplained, ...stale]
    if (faults.length > 0) throw new Error(`judges differ without a decision:\n${faults.join('\n')}`)
    return this.#found
  }

  #note(file: string, shown: unknown, vectors: string, judge: string, verdict: string, decision: Decision<Case>): void {
    const { why, specification } = decision
    const last = this.#found.at(-1)
    if (last?.file === file && last.case === shown && last.why === why) last.judges[judge] = verdict
    else this.#found.push({ file, case: shown, vectors, judges: { [judge]: verdict }, why, specification })
  }
}

/** `valid` or `invalid`, where throwing means the latter. */
export async function verdictOf(judge: () => unknown): Promise<'valid' | 'invalid'> {
  try {
    return (await judge()) === false ? 'invalid' : 'valid'
  } catch {
    return 'invalid'
  }
}
