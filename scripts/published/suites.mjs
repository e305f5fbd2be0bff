// Runs the conformance suites that packages publish, on the implementations in memory.
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './command.mjs'

/** Fewer tests than this would mean that a suite has not run. */
const fewest = { 'event log': 10, 'blob store': 10, 'pds storage': 100, 'identity cache': 5, 'plc store': 5 }

export async function suiteFaults(project) {
  copyFileSync(join(import.meta.dirname, 'project', 'suites.test.ts'), join(project, 'suites.test.ts'))
  const vitest = join(project, 'node_modules', 'vitest', 'vitest.mjs')
  const { code, output } = await run(
    process.execPath,
    // Whether they run is checked here, not how fast beside all else.
    [
      vitest,
      'run',
      'suites.test.ts',
      '--testTimeout=60000',
      '--reporter=json',
      '--outputFile=suites.json',
      '--no-color',
    ],
    { cwd: project },
  )
  if (code !== 0) return [`the suites:\n${output}${failures(project)}`]
  const { testResults } = JSON.parse(readFileSync(join(project, 'suites.json'), 'utf8'))
  const passed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'passed')
  return Object.entries(fewest).flatMap(([suite, count]) => {
    const found = passed.filter(({ ancestorTitles }) => ancestorTitles.join(' ').startsWith(suite)).length
    return found >= count ? [] : [`the suite '${suite}' has run ${found} tests; there are ${count} at least`]
  })
}

function failures(project) {
  try {
    const { testResults } = JSON.parse(readFileSync(join(project, 'suites.json'), 'utf8'))
    return testResults
      .flatMap(({ message, assertionResults }) => [
        message,
        ...assertionResults.flatMap(({ fullName, failureMessages }) =>
          failureMessages.map((failure) => `${fullName}: ${failure}`),
        ),
      ])
      .join('\n')
  } catch {
    return ''
  }
}
