// Asks the registry which dependencies have known vulnerabilities. Fails on serious ones. If the
// registry does not respond, it says so in one line and does not fail: that is not the fault of a
// change.
import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const serious = ['high', 'critical']

/**
 * What the package manager's report in JSON means: lines to print, and whether a dependency has to
 * be replaced.
 */
export function auditVerdict(output) {
  let report
  try {
    report = JSON.parse(output)
  } catch {
    return unknown(output.trim() === '' ? 'no answer' : 'the answer is not JSON')
  }
  if (typeof report?.advisories !== 'object' || report.advisories === null) {
    return unknown(report?.error?.code ?? 'the answer has no advisories')
  }
  const advisories = Object.values(report.advisories)
  const found = advisories.filter(({ severity }) => serious.includes(severity))
  const lines = advisories.map(
    ({ severity, module_name, vulnerable_versions, title, url }) =>
      `${severity}: ${module_name} ${vulnerable_versions}: ${title} (${url})`,
  )
  const summary =
    advisories.length === 0
      ? 'No dependency has a known vulnerability.'
      : `${advisories.length} known vulnerabilities of dependencies, ${found.length} of them high or critical.`
  return { lines: [...lines, summary], failed: found.length > 0 }
}

function unknown(reason) {
  return { lines: [`Dependencies were not audited: the registry offers no advisories (${reason}).`], failed: false }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)))
  const { stdout } = spawnSync('pnpm', ['audit', '--json', ...process.argv.slice(2)], {
    cwd: root,
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 64 * 1024 * 1024,
  })
  const { lines, failed } = auditVerdict(stdout ?? '')
  for (const line of lines) console.log(line)
  process.exitCode = failed ? 1 : 0
}
