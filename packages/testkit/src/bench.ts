import { appendFileSync } from 'node:fs'

/** Work that is timed. Its result is kept alive, so the compiler cannot drop the work. */
export type Work = () => unknown

export interface BenchmarkOptions {
  /**
   * The lowest ratio of the first candidate to the second, in operations per CPU second, with which
   * the run passes.
   */
  floor?: number
  /** Rounds in which every candidate runs once. Default 11. */
  rounds?: number
  /** CPU time that one candidate gets in one round, in milliseconds. Default 30. */
  batchMs?: number
}

export interface CandidateResult {
  readonly name: string
  /** Operations per CPU second, all threads of the process counted: the median over the rounds. */
  readonly perSecond: number
  /** The median over the rounds of this candidate's speed over that of the first. */
  readonly ofFirst: number
}

export interface BenchmarkResult {
  readonly name: string
  /**
   * How many times as fast as the second the first candidate is: the median of the ratios of the
   * rounds.
   */
  readonly ratio: number
  readonly floor?: number
  readonly ok: boolean
  readonly candidates: readonly CandidateResult[]
}

interface Candidate {
  readonly name: string
  readonly work: Work
  readonly isAsync: boolean
  readonly batch: number
  readonly speeds: number[]
}

// Written and never read: an outcome that goes somewhere cannot be optimised away.
let _sink: unknown

/**
 * Times candidates against each other by CPU time, in one process, taking turns in rotating order.
 * So load on the machine slows all of them alike, and the ratios hold where the plain figures do
 * not. The first candidate is ours; the floor is for its ratio to the second. Further ones are for
 * information.
 *
 * @example
 * const candidates = { atoll: () => decodeCbor(post), '@ipld/dag-cbor': () => decode(post) }
 * await benchmark('decode a post', candidates, { floor: 2.5 })
 */
export async function benchmark(
  name: string,
  candidates: Readonly<Record<string, Work>>,
  options: BenchmarkOptions = {},
): Promise<BenchmarkResult | undefined> {
  const only = process.env['ATOLL_BENCH_ONLY']
  if (only && !name.includes(only)) return undefined
  const rounds = Number(process.env['ATOLL_BENCH_ROUNDS'] ?? options.rounds ?? 11)
  const batchMs = options.batchMs ?? 30
  const field: Candidate[] = []
  for (const [candidate, work] of Object.entries(candidates)) field.push(await prepare(candidate, work, batchMs))
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < field.length; turn++) {
      const candidate = field[(round + turn) % field.length]!
      candidate.speeds.push((candidate.batch / (await cpuMs(candidate, candidate.batch))) * 1000)
    }
  }
  return report(name, field, options.floor)
}

/** Warms a candidate up and finds how many calls fill its share of a round. */
async function prepare(name: string, work: Work, batchMs: number): Promise<Candidate> {
  const isAsync = isThenable(work())
  const candidate: Candidate = { name, work, isAsync, batch: 1, speeds: [] }
  let batch = 1
  let spent = await cpuMs(candidate, batch)
  for (let warmed = spent; warmed < batchMs * 3 || spent < batchMs / 2; warmed += spent) {
    if (spent < batchMs) batch = Math.ceil(batch * Math.min(8, batchMs / Math.max(spent, 0.1)))
    spent = await cpuMs(candidate, batch)
  }
  return { ...candidate, batch: Math.max(1, Math.round((batch * batchMs) / spent)) }
}

async function cpuMs({ work, isAsync }: Candidate, times: number): Promise<number> {
  const before = process.cpuUsage()
  if (isAsync) for (let index = 0; index < times; index++) _sink = await work()
  else for (let index = 0; index < times; index++) _sink = work()
  const { user, system } = process.cpuUsage(before)
  return Math.max(1, user + system) / 1000
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value
}

function report(name: string, field: readonly Candidate[], floor: number | undefined): BenchmarkResult {
  const [first, second] = field
  if (!first) throw new Error(`benchmark '${name}' has no candidates`)
  const candidates = field.map((candidate) => ({
    name: candidate.name,
    perSecond: median(candidate.speeds),
    ofFirst: pairedRatio(candidate, first),
  }))
  const ratio = second ? pairedRatio(first, second) : 1
  const ok = floor === undefined || ratio >= floor
  const result: BenchmarkResult = { name, ratio, ok, candidates, ...(floor === undefined ? {} : { floor }) }
  if (!ok) process.exitCode = 1
  console.log(table(result))
  const file = process.env['ATOLL_BENCH_JSON']
  if (file) appendFileSync(file, `${JSON.stringify(result)}\n`)
  return result
}

function table({ name, ratio, floor, ok, candidates }: BenchmarkResult): string {
  const width = Math.max(...candidates.map((candidate) => candidate.name.length))
  const verdict = floor === undefined ? '' : `, floor x${floor}${ok ? '' : '  BELOW THE FLOOR'}`
  const lines = candidates.map(
    (candidate, index) =>
      `  ${candidate.name.padEnd(width)}  ${figure(candidate.perSecond).padStart(8)}/s` +
      (index === 0 ? '' : `  we do x${(1 / candidate.ofFirst).toFixed(2)}`),
  )
  return [`${name}: x${ratio.toFixed(2)}${verdict}`, ...lines, ''].join('\n')
}

function figure(perSecond: number): string {
  if (perSecond >= 1e6) return `${(perSecond / 1e6).toFixed(2)}M`
  return perSecond >= 1e4 ? `${(perSecond / 1e3).toFixed(1)}k` : perSecond.toPrecision(3)
}

function pairedRatio(a: Candidate, b: Candidate): number {
  return median(a.speeds.map((speed, round) => speed / b.speeds[round]!))
}

/** The middle figure, or the mean of the two in the middle. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
