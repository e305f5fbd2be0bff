// npm run bench: Atoll and the reference under the same load, in one run.
import { writeFileSync } from 'node:fs'
import { describeMachine } from './machine.ts'
import { measureMemoryLimits } from './memory-limits.ts'
import { MemoryWatch } from './memory-watch.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { phases } from './phases/index.ts'
import { benchmarksPage, type Report } from './report/markdown.ts'
import { headLine, resultLine, troubleLines } from './report/text.ts'
import type { Result } from './result.ts'
import { runPhase } from './run.ts'
import { startAtoll } from './servers/atoll.ts'
import { startReference } from './servers/reference.ts'
import type { Server } from './servers/server.ts'
import { Target } from './target.ts'

const page = new URL('../../docs/benchmarks.md', import.meta.url)

try {
  const options = parseOptions(process.argv.slice(2))
  const report = await bench(options)
  if (options.json) writeFileSync(options.json, `${JSON.stringify(report, undefined, 1)}\n`)
  process.exitCode = conclude(report, options)
} catch (error) {
  console.error(error instanceof Error && error.message.startsWith('--') ? `${error.message}\n\n${usage}` : error)
  process.exitCode = 2
}

async function bench({ phases: letters, settings, atollOnly }: Options): Promise<Report> {
  const machine = describeMachine()
  const servers: Server[] = []
  const stop = () => Promise.all(servers.map((server) => server.stop()))
  process.once('SIGINT', () => void stop().then(() => process.exit(130)))
  process.once('SIGTERM', () => void stop().then(() => process.exit(143)))
  try {
    servers.push(await startAtoll())
    if (!atollOnly) servers.push(await startReference())
    const targets = servers.map((server) => new Target(server))
    const results: Result[] = []
    const keep = (result: Result) => {
      results.push(result)
      console.log([resultLine(result), ...troubleLines(result)].join('\n'))
    }
    console.log(headLine)
    const memory = await MemoryWatch.begin(targets)
    for (const phase of phases) if (letters.includes(phase.letter)) await runPhase(phase, targets, settings, keep)
    if (letters.includes('h')) for (const result of await memory.end()) keep(result)
    memory.close()
    if (letters.includes('h')) for (const result of await measureMemoryLimits(settings)) keep(result)
    const version = (name: string) => servers.find((server) => server.name === name)?.version ?? ''
    const versions = { atoll: version('atoll'), reference: version('reference') }
    return { date: new Date().toISOString().slice(0, 10), machine, versions, settings, results }
  } finally {
    await stop()
  }
}

/** Reports what missed its bound, writes the page if asked to, and returns the exit code. */
function conclude(report: Report, { write }: Options): number {
  const failed = report.results.filter(({ verdict }) => verdict === 'failed')
  const missed = report.results.filter(({ verdict }) => verdict === 'missed')
  console.log(`\n${report.results.length} figures, ${missed.length} beyond their bound, ${failed.length} failed`)
  if (write && failed.length > 0) console.error('docs/benchmarks.md is left as it was: a measurement has failed')
  else if (write) writeFileSync(page, benchmarksPage(report))
  return failed.length + missed.length > 0 ? 1 : 0
}
