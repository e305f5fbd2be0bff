import type { Sample } from './measure.ts'
import type { Target } from './target.ts'
import { machineCpuSeconds, usageOf } from './usage.ts'

/** A sample, with the CPU time that each process used meanwhile. */
export interface Observation {
  readonly sample: Sample
  readonly serverCpuSeconds: number
  readonly serverCores: number
  readonly generatorCores: number
  /** That of the directory. */
  readonly helperCores: number
  /** That of processes outside the run: noise. */
  readonly otherCores: number
}

export async function observe(target: Target, run: () => Promise<Sample>): Promise<Observation> {
  const before = cpuSeconds(target)
  const sample = await run()
  const after = cpuSeconds(target)
  const seconds = after.clock - before.clock
  const cores = (who: 'server' | 'helpers' | 'run' | 'machine') => (after[who] - before[who]) / seconds
  return {
    sample,
    serverCpuSeconds: after.server - before.server,
    serverCores: cores('server'),
    helperCores: cores('helpers'),
    generatorCores: cores('run') - cores('server') - cores('helpers'),
    otherCores: Math.max(0, cores('machine') - cores('run')),
  }
}

/** The servers are descendants of this process, so its whole tree is the run. */
function cpuSeconds({ server }: Target) {
  return {
    clock: performance.now() / 1000,
    server: usageOf([server.pid]).cpuSeconds,
    helpers: usageOf(server.helperPids).cpuSeconds,
    run: usageOf([process.pid]).cpuSeconds,
    machine: machineCpuSeconds(),
  }
}

/**
 * Waits until the servers have finished the work of an earlier load, for some seconds at most.
 */
export async function untilQuiet(targets: readonly Target[]): Promise<void> {
  const spent = () => usageOf(targets.map(({ server }) => server.pid)).cpuSeconds
  const windowMs = 200
  for (let attempt = 0, last = spent(); attempt < 20; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, windowMs))
    const now = spent()
    if (now - last <= (0.1 * windowMs) / 1000) return
    last = now
  }
}
