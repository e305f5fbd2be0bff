// Rehearses, in copies of the project, what is seldom done and must then succeed: a release, to a
// registry of this process (packages must have been built), and a change of scope.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rehearseRelease } from './rehearsal/release.mjs'
import { rehearseRename } from './rehearsal/rename.mjs'

const rehearsals = { release: rehearseRelease, rename: rehearseRename }
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(rehearsals)
const unknown = names.find((name) => !(name in rehearsals))
if (unknown !== undefined) {
  console.error(`No rehearsal '${unknown}': there are ${Object.keys(rehearsals).join(' and ')}.`)
  process.exit(2)
}

for (const name of names) {
  const folder = mkdtempSync(join(tmpdir(), `rehearsal-${name}-`))
  try {
    await rehearsals[name](root, folder)
    console.log(`rehearsal: the ${name} succeeds`)
  } catch (error) {
    console.error(`rehearsal: the ${name} fails: ${error.message}`)
    process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
