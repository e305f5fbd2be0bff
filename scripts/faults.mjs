// Runs the fault tests at the size of the acceptance run, one file after the other so that none
// disturbs the figures of another, and prints a table of the results. With --write the table goes
// into docs/reliability.md; other arguments are Vitest's.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { root } from './bundle-sources.mjs'

/** The sizes that the tests read from the environment. */
const sizes = {
  FAULT_KILLS: '200',
  FAULT_APPROVAL_KILLS: '100',
  FAULT_MAIL_KILLS: '100',
  FAULT_ACCOUNT_KILLS: '100',
  FAULT_TAKEDOWN_KILLS: '100',
  FAULT_EXCEPTIONS: '3',
  FAULT_CUTS: '1000',
  FAULT_FAILURES: '300',
  FAULT_STOPS: '25',
  FAULT_CONNECTIONS: '10000',
  FAULT_HOSTILE_CLIENTS: '100',
  FAULT_MIGRATIONS: '2',
}
const tests = join('e2e', 'src', 'faults')
const page = join(root, 'docs', 'reliability.md')
const [start, end] = ['<!-- the last run of npm run faults -->', '<!-- end of the run -->']

const isWritten = process.argv.includes('--write')
// A bare name is a file of these tests: tests elsewhere may have such a word in their names as
// well.
const rest = process.argv
  .slice(2)
  .filter((each) => each !== '--write')
  .map((each) => (existsSync(join(root, tests, `${each}.test.ts`)) ? join(tests, `${each}.test.ts`) : each))
const folder = mkdtempSync(join(tmpdir(), 'atoll-faults-'))
const [figuresFile, resultsFile] = [join(folder, 'figures'), join(folder, 'results.json')]
const load = loadavg()[0].toFixed(1)
const began = Date.now()

const { status } = spawnSync(
  'vitest',
  [
    'run',
    ...(rest.some((each) => !each.startsWith('-')) ? [] : [tests]),
    ...rest,
    '--no-file-parallelism',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${resultsFile}`,
  ],
  { cwd: root, stdio: 'inherit', env: { ...sizes, ...process.env, FAULT_FIGURES: figuresFile } },
)
const table = existsSync(resultsFile) ? tableOf(JSON.parse(readFileSync(resultsFile, 'utf8'))) : undefined
rmSync(folder, { recursive: true })
if (table) {
  console.log(`\n${table}`)
  if (isWritten) {
    const text = readFileSync(page, 'utf8')
    const [from, to] = [text.indexOf(start), text.indexOf(end)]
    if (from < 0 || to < 0) throw new Error(`${page} has no place for the table`)
    writeFileSync(page, `${text.slice(0, from + start.length)}\n\n${table}\n\n${text.slice(to)}`)
  }
}
process.exit(status ?? 1)

function tableOf({ testResults }) {
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).stdout.trim()
  const minutes = ((Date.now() - began) / 60_000).toFixed(1)
  const figures = existsSync(figuresFile)
    ? readFileSync(figuresFile, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : []
  const files = testResults
    .map(({ name, assertionResults }) => {
      const count = (wanted) => assertionResults.filter((each) => each.status === wanted).length
      const counts = [count('passed'), count('failed'), count('pending') + count('skipped')]
      return `| ${basename(name, '.test.ts')} | ${counts.join(' | ')} |`
    })
    .sort()
  return [
    `${new Date().toISOString().slice(0, 10)}, commit ${commit}, Node ${process.versions.node}, ${cpus().length} cores with a load average of ${load} at the start, ${minutes} minutes.`,
    '',
    '| tests | passed | failed | skipped |',
    '|---|---|---|---|',
    ...files,
    '',
    '| campaign | figures |',
    '|---|---|',
    ...figures.map((row) => `| ${row.what} | ${row.figures} |`),
  ].join('\n')
}
