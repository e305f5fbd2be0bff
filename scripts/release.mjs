// Makes a release: see docs/releasing.md.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { release } from './release/release.mjs'

const usage = `npm run release -- [--dry-run] [--skip-checks]

  --dry-run      does everything up to the commit, shows what would be published, and takes it back
  --skip-checks  without tests, checks and builds: for trials of the release itself`

// Ctrl-C ends the command that runs; what was begun is still taken back.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {})

try {
  const options = { 'dry-run': { type: 'boolean' }, 'skip-checks': { type: 'boolean' }, help: { type: 'boolean' } }
  const { values } = parseArgs({ options })
  if (values.help) {
    console.log(usage)
  } else {
    await release({
      root: dirname(dirname(fileURLToPath(import.meta.url))),
      isDryRun: values['dry-run'] === true,
      skipsChecks: values['skip-checks'] === true,
    })
  }
} catch (error) {
  console.error(error.code?.startsWith('ERR_PARSE_ARGS') ? `${error.message}\n\n${usage}` : error.message)
  if (error.cause) console.error(error.cause.message)
  process.exitCode = 1
}
