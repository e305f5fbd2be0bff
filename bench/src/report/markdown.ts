import type { Machine } from '../machine.ts'
import type { Settings } from '../measure.ts'
import type { Result, Side } from '../result.ts'
import { figure, times } from './figures.ts'

export interface Report {
  readonly date: string
  readonly machine: Machine
  readonly versions: { readonly atoll: string; readonly reference: string }
  readonly settings: Settings
  readonly results: readonly Result[]
}

/** The page docs/benchmarks.md. */
export function benchmarksPage(report: Report): string {
  return [
    '# Benchmarks',
    '',
    introduction(report),
    '',
    machineText(report.machine),
    '',
    ratioTable(report.results),
    '',
    '## Latency and CPU time',
    '',
    'Milliseconds, Atoll / reference. For the firehose: from the start of the request that writes a record to the delivery of its event.',
    '',
    latencyTable(report.results),
    '',
    memoryText(report.results),
    noiseText(report.results),
    '',
  ].join('\n')
}

function introduction({ date, versions, settings }: Report): string {
  return `Atoll and the reference PDS (\`@atproto/pds\` ${versions.reference} from npm, with \`@did-plc/server\`) in one run of \`npm run bench\` on
${date}. This page is written by \`npm run bench -- --write\`; [bench/](../bench/README.md) says what each line does.

Both servers run at the same time and take turns: each load runs in ${settings.rounds} rounds of ${settings.seconds} s for each server, and the one that
begins changes. A figure is the median of its rounds, a ratio the median of the ratios within each round. A ratio above 1 means that
Atoll is better. Answers are checked: every block of an export against its CID, every event of the firehose exactly once and in order.`
}

function machineText(machine: Machine): string {
  const { processor, cores, memoryGigabytes, platform, node, syncMs, loadAverage } = machine
  return `Machine: ${cores} cores of ${processor}, ${memoryGigabytes} GB, ${platform}, Node ${node} for the servers and the generator, ${syncMs.toFixed(2)} ms for an
\`fdatasync\`, load average ${loadAverage.toFixed(1)} at the start. The generator shares the cores with the servers.`
}

function ratioTable(results: readonly Result[]): string {
  const rows = results
    .filter(({ ratio }) => ratio !== undefined)
    .map((result) => [
      result.title,
      figure(result.atoll?.value),
      figure(result.reference?.value),
      result.unit,
      times(result.ratio?.median),
      `${times(result.ratio?.low)} to ${times(result.ratio?.high)}`,
      result.floor === undefined ? '' : times(result.floor),
    ])
  return table(['load', 'Atoll', 'reference', 'unit', 'ratio', 'rounds', 'floor'], '-rr-rrr', rows)
}

function latencyTable(results: readonly Result[]): string {
  const both = (result: Result, of: (side: Side) => number | undefined) =>
    [result.atoll, result.reference].map((side) => figure(side && of(side))).join(' / ')
  const rows = results
    .filter(({ atoll }) => atoll?.cpuPer1000 !== undefined)
    .map((result) => [
      result.title,
      both(result, ({ p50Ms }) => p50Ms),
      both(result, ({ p99Ms }) => p99Ms),
      both(result, ({ cpuPer1000 }) => cpuPer1000),
    ])
  return table(['load', 'p50', 'p99', 'CPU s of the server per 1,000'], '-rrr', rows)
}

/** Figures with a ceiling and no reference to compare with. */
function memoryText(results: readonly Result[]): string {
  const lines = results
    .filter(({ ceiling }) => ceiling !== undefined)
    .map(
      ({ title, atoll, unit, ceiling }) => `- ${title}: ${figure(atoll?.value)} ${unit} (at most ${ceiling} ${unit})`,
    )
  return lines.length === 0 ? '' : `## Memory, Atoll alone\n\n${lines.join('\n')}\n`
}

function noiseText(results: readonly Result[]): string {
  const noise = results.flatMap(({ atoll, reference }) => [atoll?.otherCores, reference?.otherCores])
  const most = Math.max(0, ...noise.filter((cores) => cores !== undefined))
  return `Other processes of the machine used at most ${most.toFixed(2)} cores during a measurement (median of its rounds).`
}

function table(heads: readonly string[], alignment: string, rows: readonly string[][]): string {
  const marks = [...alignment].map((each) => (each === 'r' ? '---:' : '---'))
  return [heads, marks, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
