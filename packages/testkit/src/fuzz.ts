import { mutate, seededRandom } from './mutate.ts'
import { type Watch, watchForHangs } from './watchdog.ts'

/** Something that reads untrusted bytes. A file `*.fuzz.ts` exports an array `targets` of them. */
export interface FuzzTarget {
  readonly name: string
  /** Good and nearly good inputs to start from. */
  readonly seeds: readonly Uint8Array[]
  /** Pieces with a meaning in the format: brackets, heads, names. */
  readonly tokens?: readonly Uint8Array[]
  /** The errors with which bad bytes may be refused. Anything else thrown is a failure. */
  readonly refusals: readonly (abstract new (
    ...args: never[]
  ) => Error)[]
  /** Reads the bytes, and throws a plain Error where what it read is not consistent. */
  run(bytes: Uint8Array): void | Promise<void>
}

export interface FuzzOptions {
  readonly seed: number
  /** How long to run. Default 5. */
  readonly seconds?: number
  /** The number of the first run, and how many runs: to repeat one that failed. */
  readonly from?: number
  readonly runs?: number
}

export interface FuzzFailure {
  readonly run: number
  readonly kind: 'crash' | 'slow' | 'memory'
  readonly detail: string
  readonly input: Uint8Array
}

export interface FuzzReport {
  readonly runs: number
  /**
   * How many inputs were accepted, not refused. If that is near 0, the seeds or the changes are
   * useless.
   */
  readonly taken: number
  readonly slowestMs: number
  readonly failures: readonly FuzzFailure[]
}

const SLOW_MS = 1000
const MEMORY_BYTES = 256 * 1024 * 1024
const MAX_FAILURES = 5
const RUNS_BETWEEN_MEMORY_CHECKS = 64

/**
 * Feeds changed seeds to a target until time or runs are over, or five failures have been found.
 */
export async function fuzz(target: FuzzTarget, options: FuzzOptions): Promise<FuzzReport> {
  const { seed, seconds = 5, from = 0, runs = Number.POSITIVE_INFINITY } = options
  const failures: FuzzFailure[] = []
  const memoryBefore = peakMemory()
  const watch = watchForHangs(`${target.name}, seed ${seed}`)
  const deadline = performance.now() + seconds * 1000
  let run = from
  let taken = 0
  let slowestMs = 0
  for (; run < from + runs && failures.length < MAX_FAILURES && performance.now() < deadline; run++) {
    const input = inputOf(target, seed, run)
    const { error, isTaken, ms } = await attempt(target, input, run, watch)
    if (isTaken) taken++
    slowestMs = Math.max(slowestMs, ms)
    if (error !== undefined) failures.push({ run, kind: 'crash', detail: error, input })
    else if (ms > SLOW_MS && (await isStillSlow(target, input, run, watch))) {
      failures.push({ run, kind: 'slow', detail: `${Math.round(ms)} ms`, input })
    }
    if (ms > 1 || run % RUNS_BETWEEN_MEMORY_CHECKS === 0) {
      const grown = peakMemory() - memoryBefore
      if (grown > MEMORY_BYTES) {
        failures.push({
          run,
          kind: 'memory',
          detail: `${Math.round(grown / 1024 / 1024)} MB more than at the start`,
          input,
        })
        break
      }
    }
  }
  watch.stop()
  return { runs: run - from, taken, slowestMs, failures }
}

/** The first runs are the seeds themselves, the others changed ones. */
function inputOf(target: FuzzTarget, seed: number, run: number): Uint8Array {
  const { seeds, tokens = [] } = target
  return seeds[run]?.slice() ?? mutate(seeds, tokens, seededRandom(seed, run))
}

interface Attempt {
  readonly error?: string
  readonly isTaken: boolean
  readonly ms: number
}

async function attempt(target: FuzzTarget, input: Uint8Array, run: number, watch: Watch): Promise<Attempt> {
  watch.begin(run)
  const started = performance.now()
  try {
    const pending = target.run(input)
    if (pending !== undefined) await pending
    return { isTaken: true, ms: performance.now() - started }
  } catch (error) {
    const ms = performance.now() - started
    if (target.refusals.some((refusal) => error instanceof refusal)) return { isTaken: false, ms }
    return { isTaken: false, ms, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  } finally {
    watch.end()
  }
}

/** A busy machine makes anything slow once. */
async function isStillSlow(target: FuzzTarget, input: Uint8Array, run: number, watch: Watch): Promise<boolean> {
  for (let again = 0; again < 2; again++) {
    if ((await attempt(target, input, run, watch)).ms <= SLOW_MS) return false
  }
  return true
}

/** The most memory that the process has had at any time. */
function peakMemory(): number {
  return process.resourceUsage().maxRSS * 1024
}
