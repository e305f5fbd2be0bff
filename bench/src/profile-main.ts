// npm run bench:profile: where Atoll's time goes under one load.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { sharedClock } from './firehose/subscriber.ts'
import type { Measure, Sample, Settings } from './measure.ts'
import { type Observation, observe, untilQuiet } from './observe.ts'
import { defaultSettings } from './options.ts'
import { phases } from './phases/index.ts'
import { readProfiles, type Span } from './profile/cpu-profile.ts'
import { summaryText } from './profile/print.ts'
import { summarise } from './profile/summary.ts'
import { figure } from './report/figures.ts'
import { sideOf } from './result.ts'
import { startAtoll } from './servers/atoll.ts'
import { startReference } from './servers/reference.ts'
import { Target } from './target.ts'

const usage = `npm run bench:profile -- [phase or measure …] [--seconds 5] [--top 30] [--reference] [--keep]

  b                     every load of phase b (createRecord)
  d.getRecord e.proof   the measures whose names begin like this
  --reference           profiles the reference instead of Atoll
  --keep                leaves the .cpuprofile files, for the browser's developer tools`

interface Profiled {
  measure: Measure
  spans: Span[]
  observations: Observation[]
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '5' },
    top: { type: 'string', default: '30' },
    reference: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const wanted = positionals.length > 0 ? positionals : ['b.create.40acct']
if (options.help) console.log(usage)
else await profile()

async function profile(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-profile-'))
  const nodeFlags = ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=250']
  const server = await (options.reference ? startReference({ nodeFlags }) : startAtoll({ nodeFlags }))
  const profiled: Profiled[] = []
  try {
    const settings: Settings = { ...defaultSettings, seconds: Number(options.seconds), rounds: 1 }
    await runWanted(new Target(server), settings, profiled)
  } finally {
    await server.stop()
  }
  const threads = readProfiles(folder)
  if (threads.length === 0) throw new Error('the server wrote no profile')
  for (const each of profiled) {
    console.log(`\n${'='.repeat(100)}\n${headOf(each)}`)
    for (const [index, thread] of threads.entries()) {
      const summary = summarise(thread, each.spans)
      if (summary.totalUs - summary.idleUs > 0) {
        console.log(`\n${summaryText(`thread ${index}`, summary, Number(options.top))}`)
      }
    }
  }
  if (options.keep) console.log(`\nprofiles: ${folder}`)
  else rmSync(folder, { recursive: true })
}

async function runWanted(target: Target, settings: Settings, profiled: Profiled[]): Promise<void> {
  for (const phase of phases.filter(({ letter }) => wanted.some((name) => name[0] === letter))) {
    const open = await phase.open(target, settings)
    for (const measure of open.measures) {
      await measure.prepare?.()
      await untilQuiet([target])
      const each: Profiled = { measure, spans: [], observations: [] }
      for (let index = 0, count = measure.rounds ?? 1; index < count; index++) {
        each.observations.push(await observe(target, () => within(each.spans, () => measure.run({ index, count }))))
      }
      if (wanted.some((name) => measure.id.startsWith(name))) profiled.push(each)
    }
    await open.close?.()
  }
}

async function within(spans: Span[], run: () => Promise<Sample>): Promise<Sample> {
  const from = sharedClock()
  const sample = await run()
  spans.push({ from, until: sharedClock() })
  return sample
}

/**
 * The figures beside the profile: time of other threads (file system, hashing, passwords) is in the
 * CPU time only.
 */
function headOf({ measure, observations }: Profiled): string {
  const side = sideOf(observations)
  const faults = [...Object.keys(side.errors), ...side.faults].map((fault) => `\n${fault}`).join('')
  return `${measure.id}  ${measure.title}: ${figure(side.value)} ${measure.unit}, p50 ${figure(side.p50Ms)} ms, p99 ${figure(side.p99Ms)} ms
CPU of the whole process ${figure(side.cpuPer1000)} s per 1,000 (${figure(side.serverCores)} cores); profiling included, other processes ${figure(side.otherCores)} cores${faults}`
}
