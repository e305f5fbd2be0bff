import { type Load, type LoadResult, runLoad } from './load/load.ts'
import type { Target } from './target.ts'

/** How much of everything a run does. */
export interface Settings {
  /** Time that counts of one round of one load. */
  readonly seconds: number
  /** Rounds of a load, Atoll and the reference taking turns in each. */
  readonly rounds: number
  readonly accounts: number
  /** Records of the large repository. */
  readonly largeRepo: number
  /** Records of the repository whose export must not take memory. */
  readonly hugeRepo: number
  readonly idleSubscribers: number
}

export interface Round {
  readonly index: number
  readonly count: number
}

/** What one round of a measurement found. */
export interface Sample {
  /** In the unit of the measure. */
  readonly value: number
  /** Units of work that the server did in all, warm-up included: what its CPU time is divided by. */
  readonly work: number
  readonly requests: number
  readonly latenciesMs: readonly number[]
  /** Errors by their text. */
  readonly errors: ReadonlyMap<string, number>
  /** Rules that the answers broke. Any of them fails the measurement. */
  readonly faults: readonly string[]
  /** A fact worth showing beside the figure. */
  readonly note?: string
}

export interface Measure {
  readonly id: string
  readonly title: string
  readonly unit: string
  /** Left out where the settings say how many. */
  readonly rounds?: number
  /** What is not timed, before the first round. Answers faults: rules that are checked once. */
  prepare?(): Promise<readonly string[]>
  run(round: Round): Promise<Sample>
}

/** One load, or several that need the same things in the server. */
export interface Phase {
  readonly letter: string
  readonly title: string
  /** Puts into the server what the measurements need, and returns them in their order. */
  open(target: Target, settings: Settings): Promise<OpenPhase>
}

export interface OpenPhase {
  readonly measures: readonly Measure[]
  close?(): Promise<void>
}

/** One round of a load: as long as the settings say, after a time that does not count. */
export function runTimed(
  target: Pick<Target, 'url'>,
  settings: Pick<Settings, 'seconds'>,
  round: Round,
  load: Omit<Load, 'seconds' | 'warmupSeconds' | 'count'>,
): Promise<LoadResult> {
  return runLoad(target.url, { ...load, seconds: settings.seconds, warmupSeconds: warmupSeconds(round) })
}

/** The sample of a load, in requests per second, or in `perRequest` times that of something else. */
export function sampleOf(result: LoadResult, perRequest = 1, more: Partial<Sample> = {}): Sample {
  return {
    value: (result.answered * perRequest) / result.seconds,
    work: result.served * perRequest,
    requests: result.answered,
    latenciesMs: result.latenciesMs,
    errors: result.errors,
    faults: [],
    ...more,
  }
}

/** Time before a load that does not count: longer in the first round, when code and caches are cold. */
const warmupSeconds = ({ index }: Round) => (index === 0 ? 1 : 0.3)
