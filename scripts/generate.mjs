// Writes packages/lexicons/src from lexicons/. With `--check` it writes nothing, and fails when something would change.
// The generator is run from its sources.
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const outfile = join(root, 'node_modules/.cache/codegen.mjs')
await build({
  entryPoints: [join(root, 'packages/lexicon/src/codegen-cli.ts')],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  conditions: ['@atoll/source'],
})

process.chdir(root)
process.argv.splice(2, 0, 'lexicons', 'packages/lexicons/src')
await import(pathToFileURL(outfile).href)
