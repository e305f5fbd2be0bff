import type { Measure, OpenPhase, Phase, Settings } from './measure.ts'
import { type Observation, observe, untilQuiet } from './observe.ts'
import { failedSide, type Result, resultOf, type Side, type SideName, sideOf } from './result.ts'
import type { Target } from './target.ts'

interface Running {
  target: Target
  phase: OpenPhase
}

/**
 * Runs a phase on every target. The targets take turns within each round, in alternating order: a
 * machine that is slower for a while is slower for all of them.
 */
export async function runPhase(
  phase: Phase,
  targets: readonly Target[],
  settings: Settings,
  onResult: (result: Result) => void,
): Promise<void> {
  const running: Running[] = []
  try {
    for (const target of targets) running.push({ target, phase: await phase.open(target, settings) })
    const first = running[0]!.phase.measures
    for (const index of first.keys()) await runMeasure(index, running, settings, onResult)
  } catch (error) {
    const described = { id: `${phase.letter}.stopped`, title: `${phase.title}: stopped`, unit: '' }
    onResult(resultOf(described, { atoll: failedSide(String(error)) }))
  } finally {
    for (const { phase } of running) await phase.close?.()
  }
}

async function runMeasure(
  index: number,
  running: readonly Running[],
  settings: Settings,
  onResult: (result: Result) => void,
): Promise<void> {
  const measure = running[0]!.phase.measures[index]!
  const count = measure.rounds ?? settings.rounds
  const observations = new Map<SideName, Observation[]>()
  const faults = new Map<SideName, readonly string[]>()
  for (const { target, phase } of running) {
    faults.set(target.server.name, (await phase.measures[index]!.prepare?.()) ?? [])
  }
  for (let round = 0; round < count; round++) {
    for (const { target, phase } of round % 2 === 0 ? running : running.toReversed()) {
      await untilQuiet(running.map((each) => each.target))
      const observation = await observe(target, () => phase.measures[index]!.run({ index: round, count }))
      const { name } = target.server
      observations.set(name, [...(observations.get(name) ?? []), observation])
    }
  }
  const sides = Object.fromEntries([...observations].map(([name, list]) => [name, sideOf(list, faults.get(name))]))
  onResult(resultOf(measure, sides))
  if (measure.id === 'b.create.40acct.c64') onResult(cpuOfCreates(measure, sides, observations))
}

/** The CPU time of the load on many accounts is a separate figure. */
function cpuOfCreates(
  measure: Measure,
  sides: Partial<Record<SideName, Side>>,
  observations: ReadonlyMap<SideName, Observation[]>,
): Result {
  const cpuSide = ([name, side]: [string, Side]): [string, Side] => {
    const perRound = observations
      .get(name as SideName)!
      .map(({ serverCpuSeconds, sample }) => (serverCpuSeconds / sample.work) * 1000)
    return [name, { values: perRound, value: side.cpuPer1000!, requests: side.requests, errors: {}, faults: [] }]
  }
  const described = {
    id: 'h.cpu.1000creates',
    title: `server CPU for 1,000 of these (${measure.id})`,
    unit: 'CPU s',
    lessIsBetter: true,
  }
  return resultOf(described, Object.fromEntries(Object.entries(sides).map(cpuSide)))
}
