// Checks every public package from outside, as importers get it: packed, and installed in empty
// folders with npm and with pnpm. Packages must have been built. Arguments: parts; default: all.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './bundle-sources.mjs'
import { codegenFaults } from './published/codegen.mjs'
import { run } from './published/command.mjs'
import { createConsumer, managerNames } from './published/consumer.mjs'
import { contentFaults } from './published/contents.mjs'
import { definitionFaults } from './published/definitions.mjs'
import { installedEntries } from './published/entries.mjs'
import { importFaults } from './published/imports.mjs'
import { nodeVersionFaults } from './published/node-versions.mjs'
import { readmeFaults } from './published/readmes.mjs'
import { suiteFaults } from './published/suites.mjs'
import { twoVersionFaults } from './published/two-versions.mjs'
import { programFaults, typeFaults } from './published/types.mjs'
import { publicPackages } from './release/packages.mjs'
import { packAll } from './release/tarballs.mjs'

const packages = publicPackages(root)
const names = packages.map(({ manifest }) => manifest.name)

/** What is checked in the project that npm installed, each with what it proves. */
const inProject = {
  contents: async (project) => names.flatMap((name) => contentFaults(project, name)),
  types: async (project, entries) => (await Promise.all([typeFaults(project, entries), programFaults(project)])).flat(),
  definitions: (project, entries) => definitionFaults(project, entries),
  readmes: (project) => readmeFaults(project, names),
  suites: (project) => suiteFaults(project),
  'node-versions': (project, entries) => nodeVersionFaults(project, packages, entries),
  codegen: (project) => codegenFaults(project),
  'two-versions': (project) => twoVersionFaults(project, join(project, 'two-versions'), packages),
}

const parts = {
  ...Object.fromEntries(Object.entries(inProject).map(([name, check]) => [name, () => inNpmProject(check)])),
  ...Object.fromEntries(managerNames.filter((name) => name !== 'npm').map((name) => [name, () => pnpmFaults(name)])),
  manifests: manifestFaults,
}
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in parts))
if (unknown.length > 0) {
  console.error(`No part ${unknown.join(', ')}: there are ${Object.keys(parts).join(', ')}.`)
  process.exit(2)
}

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'importers-')))
const faults = []
let tarballs
let npmProject
try {
  tarballs = await packAll(root, packages, folder)
  const wanted = Object.keys(parts).filter((name) => asked.length === 0 || asked.includes(name))
  await Promise.all(wanted.map((name) => part(name, parts[name])))
} finally {
  if (process.env.KEEP_IMPORTERS !== '1') rmSync(folder, { recursive: true, force: true })
  else console.log(`the projects are in ${folder}`)
}

for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exit(1)
console.log(`published: ${packages.length} packages can be installed and used`)

async function part(name, check) {
  const begun = performance.now()
  const found = await check().catch((error) => [`${name}: ${error.stack}`])
  faults.push(...found)
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  console.log(`published: ${name}: ${found.length === 0 ? 'holds' : `${found.length} faults`} (${seconds} s)`)
}

/** Runs a check in the project that npm installed: one for all of them. */
async function inNpmProject(check) {
  npmProject ??= createConsumer('npm', join(folder, 'npm'), tarballs)
  const project = await npmProject
  return check(project, installedEntries(project, names))
}

/** publint reads manifests, attw how the types of ESM are found. */
async function manifestFaults() {
  const results = await Promise.all(
    [...tarballs].map(async ([name, tarball]) => {
      const answers = await Promise.all([
        run('publint', ['--strict', tarball], { cwd: root }),
        run('attw', [tarball, '--profile', 'esm-only', '--format', 'ascii', '--quiet'], { cwd: root }),
      ])
      return answers.filter(({ code }) => code !== 0).map(({ output }) => `${name}:\n${output}`)
    }),
  )
  return results.flat()
}

/** With pnpm, a package can import only what it declares. */
async function pnpmFaults(manager) {
  const project = await createConsumer(manager, join(folder, manager), tarballs)
  const entries = installedEntries(project, names)
  const found = await Promise.all([
    importFaults(project, entries),
    typeFaults(project, entries, ['newest']),
    suiteFaults(project),
  ])
  return found.flat().map((fault) => `${manager}: ${fault}`)
}
