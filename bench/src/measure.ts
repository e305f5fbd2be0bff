import { type Load, type LoadResult, runLoad } from './load/load.ts'
import type { Target } from './target.ts'

/** The size of a run. */
export interface Settings {
  /** The measured time of one round of one load. */
  readonly seconds: number
  /** Rounds of a load; in each, Atoll and the reference take turns. */
  readonly rounds: number
  readonly accounts: number
  /** The number of records in the large repository. */
  readonly largeRepo: number
  /** The number of records in the repository whose export must not take memory. */
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
  /**
   * All units of work that the server did, warm-up included: its CPU time is divided by them.
   */
  readonly work: number
  readonly requests: number
  readonly latenciesMs: readonly number[]
  /** Errors by their text. */
  readonly errors: ReadonlyMap<string, number>
  /** Rules that responses violated. Any of them fails the measurement. */
  readonly faults: readonly string[]
  /** A fact worth showing beside the figure. */
  readonly note?: string
}

export interface Measure {
  readonly id: string
  readonly title: string
  readonly unit: string
  /** Default: as many as the settings say. */
  readonly rounds?: number
  /** Untimed work before the first round. Returns faults: rules that are checked once. */
  prepare?(): Promise<readonly string[]>
  run(round: Round): Promise<Sample>
}

/** One load, or several that need the same things in the server. */
export interface Phase {
  readonly letter: string
  readonly title: string
  /** Fills the server with what the measurements need, and returns these in order. */
  open(target: Target, settings: Settings): Promise<OpenPhase>
}

export interface OpenPhase {
  readonly measures: readonly Measure[]
  close?(): Promise<void>
}

/** One round of a load: as long as the settings say, after a warm-up. */
export function runTimed(
  target: Pick<Target, 'url'>,
  settings: Pick<Settings, 'seconds'>,
  round: Round,
  load: Omit<Load, 'seconds' | 'warmupSeconds' | 'count'>,
): Promise<LoadResult> {
  return runLoad(target.url, { ...load, seconds: settings.seconds, warmupSeconds: warmupSeconds(round) })
}

/**
 * The sample of a load, in requests per second or, with `perRequest`, in other units per second.
 */
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

/**
 * The warm-up before a load: longer in the first round, when code and caches are cold.
 */
const warmupSeconds = ({ index }: Round) => (index === 0 ? 1 : 0.3)
