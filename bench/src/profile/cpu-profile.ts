import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What V8 writes for one thread. Times are microseconds of the clock that `process.hrtime` reads.
 */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[]
  readonly startTime: number
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

export interface ProfileNode {
  readonly id: number
  readonly callFrame: CallFrame
  readonly children?: readonly number[]
}

export interface CallFrame {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
  readonly columnNumber: number
}

/** A span of the clock that `process.hrtime` reads, in milliseconds. */
export interface Span {
  readonly from: number
  readonly until: number
}

/** One profile for each thread of a process that was started with `--cpu-prof`. */
export function readProfiles(folder: string): CpuProfile[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.cpuprofile'))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile) // V8 wrote it
}

/** Microseconds that each node was at the top of the stack within the spans, by the node's id. */
export function selfTimes(profile: CpuProfile, spans: readonly Span[]): Map<number, number> {
  const times = new Map<number, number>()
  let clock = profile.startTime
  for (const [index, id] of profile.samples.entries()) {
    const duration = profile.timeDeltas[index] ?? 0
    clock += duration
    const milliseconds = clock / 1000
    if (!spans.some(({ from, until }) => milliseconds >= from && milliseconds <= until)) continue
    times.set(id, (times.get(id) ?? 0) + duration)
  }
  return times
}
