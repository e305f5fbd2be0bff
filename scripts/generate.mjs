// Writes what is generated: the names that project.json decides, packages/lexicons/src from
// lexicons/, the modules of the examples from theirs, the documents about settings and methods, and
// the fields that all manifests share. With `--check` it writes nothing, and fails when something
// would change.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { bundle, root, run } from './bundle-sources.mjs'
import { staleManifests, writeManifests } from './manifests.mjs'
import { staleNames, writeNames } from './names.mjs'

process.chdir(root)
const flags = process.argv.slice(2)
const { renames, files } = staleNames(root)
for (const [before, now] of renames) console.log(`names: ${before} is now ${now}, in project.json`)
if (flags.includes('--check') && files.size > 0) {
  for (const file of files.keys()) console.error(`${file}: has a name that is not that of project.json`)
  console.error("Run 'npm run generate', and commit what it changes.")
  process.exit(1)
}
if (files.size > 0) {
  writeNames(root, files)
  console.log(`names: ${files.size} files rewritten`)
  // Lines have other lengths now, and imports another order.
  spawnSync('biome', ['check', '--write', '--colors=off', '.'], { stdio: ['ignore', 'ignore', 'inherit'] })
  // What follows needs the packages under their new names: the task begins again by installing.
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'on-pinned-node.mjs'), 'generate', ...flags], {
    stdio: 'inherit',
  })
  process.exit(status ?? 1)
}

const codegen = await bundle('packages/lexicon/src/codegen-cli.ts')
const codes = [
  await run(codegen, {}, [], ['lexicons', 'packages/lexicons/src', '--import-ext', '.ts', ...flags]),
  await run(codegen, {}, [], ['examples/lexicons', 'examples/src/lexicons', '--import-ext', '.ts', ...flags]),
  await run(await bundle('apps/pds/src/documents/write-documents.ts'), {}, [], flags),
  manifests(),
]
process.exitCode = Math.max(...codes)

function manifests() {
  const stale = staleManifests(root)
  if (!flags.includes('--check')) writeManifests(root, stale)
  else for (const file of stale.keys()) console.error(`${file} is outdated: run npm run generate`)
  return flags.includes('--check') && stale.size > 0 ? 1 : 0
}
