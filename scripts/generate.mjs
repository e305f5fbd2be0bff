// Writes what is generated: packages/lexicons/src from lexicons/, and the documents about settings.
// With `--check` it writes nothing, and fails when something would change.
import { bundle, root, run } from './bundle-sources.mjs'

process.chdir(root)
const flags = process.argv.slice(2)
const codes = [
  await run(
    await bundle('packages/lexicon/src/codegen-cli.ts'),
    {},
    [],
    ['lexicons', 'packages/lexicons/src', '--import-ext', '.ts', ...flags],
  ),
  await run(await bundle('apps/pds/src/config/write-documents.ts'), {}, [], flags),
]
process.exitCode = Math.max(...codes)
