import { floors } from './floors.ts'
import type { Observation } from './observe.ts'
import { median, quantile, type Spread, spreadOf } from './statistics.ts'

export type SideName = 'atoll' | 'reference'

/** All rounds of one measurement of one server. */
export interface Side {
  readonly values: readonly number[]
  readonly value: number
  readonly p50Ms?: number
  readonly p99Ms?: number
  /** The server's, for a thousand units of work. */
  readonly cpuPer1000?: number
  readonly requests: number
  readonly errors: Readonly<Record<string, number>>
  readonly faults: readonly string[]
  readonly serverCores?: number
  readonly generatorCores?: number
  readonly otherCores?: number
  readonly note?: string
}

export interface Result {
  readonly id: string
  readonly title: string
  readonly unit: string
  readonly lessIsBetter: boolean
  readonly atoll?: Side
  readonly reference?: Side
  /** How many times better Atoll is, round by round. */
  readonly ratio?: Spread
  /** The lowest ratio that is allowed. */
  readonly floor?: number
  /** The highest value that is allowed for Atoll. */
  readonly ceiling?: number
  /** A correct result beyond its bound is `missed`; one with errors or faults is `failed`. */
  readonly verdict: 'ok' | 'missed' | 'failed' | 'no bound'
}

const toleratedErrors = 0.001

export function sideOf(observations: readonly Observation[], faults: readonly string[] = []): Side {
  const samples = observations.map(({ sample }) => sample)
  const latencies = samples.flatMap(({ latenciesMs }) => latenciesMs)
  const work = sum(samples.map((sample) => sample.work))
  const errors: Record<string, number> = {}
  for (const sample of samples) {
    for (const [text, count] of sample.errors) errors[text] = (errors[text] ?? 0) + count
  }
  const values = samples.map(({ value }) => value)
  const note = samples.at(-1)?.note
  return {
    values,
    value: median(values),
    ...(latencies.length > 0 ? { p50Ms: quantile(latencies, 0.5)!, p99Ms: quantile(latencies, 0.99)! } : {}),
    cpuPer1000: (sum(observations.map(({ serverCpuSeconds }) => serverCpuSeconds)) / work) * 1000,
    requests: sum(samples.map(({ requests }) => requests)),
    errors,
    faults: [...faults, ...samples.flatMap((sample) => sample.faults)],
    serverCores: median(observations.map(({ serverCores }) => serverCores)),
    generatorCores: median(observations.map(({ generatorCores }) => generatorCores)),
    otherCores: median(observations.map(({ otherCores }) => otherCores)),
    ...(note === undefined ? {} : { note }),
  }
}

/** One side of a figure that is read and not measured under load, such as memory. */
export function plainSide(value: number): Side {
  return { values: [value], value, requests: 0, errors: {}, faults: [] }
}

export function failedSide(fault: string): Side {
  return { values: [], value: Number.NaN, requests: 0, errors: {}, faults: [fault] }
}

export interface Described {
  id: string
  title: string
  unit: string
  lessIsBetter?: boolean
}

export function resultOf(described: Described, sides: Partial<Record<SideName, Side>>): Result {
  const { id, title, unit, lessIsBetter = false } = described
  const ratio = ratioOf(sides, lessIsBetter)
  const floor = floors[id]
  const failed = Object.values(sides).some(hasFailed)
  const verdict = failed
    ? 'failed'
    : floor === undefined || ratio === undefined
      ? 'no bound'
      : ratio.median >= floor
        ? 'ok'
        : 'missed'
  return {
    id,
    title,
    unit,
    lessIsBetter,
    ...sides,
    ...(ratio ? { ratio } : {}),
    ...(floor === undefined ? {} : { floor }),
    verdict,
  }
}

function ratioOf({ atoll, reference }: Partial<Record<SideName, Side>>, lessIsBetter: boolean): Spread | undefined {
  if (!atoll || !reference || atoll.values.length === 0 || reference.values.length !== atoll.values.length) {
    return undefined
  }
  return spreadOf(
    atoll.values.map((value, round) =>
      lessIsBetter ? reference.values[round]! / value : value / reference.values[round]!,
    ),
  )
}

export function hasFailed(side: Side): boolean {
  return side.faults.length > 0 || sum(Object.values(side.errors)) > toleratedErrors * side.requests
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
