// Checks every public package from outside, as importers get it: packed, and installed in empty
// folders with npm and with pnpm. Packages must have been built. Arguments: parts; default: all.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './bundle-sources.mjs'
import { codegenFaults } from './published/codegen.mjs'
import { eachOf, run } from './published/command.mjs'
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
const parts = {
  contents: (project) => names.flatMap((name) => contentFaults(project, name)),
  types: async (project, entries) => [...(await typeFaults(project, entries)), ...(await programFaults(project))],
  definitions: (project, entries) => definitionFaults(project, entries),
  readmes: (project) => readmeFaults(project, names),
  suites: (project) => suiteFaults(project),
  'node-versions': (project, entries) => nodeVersionFaults(project, packages, entries),
  codegen: (project) => codegenFaults(project),
  'two-versions': (project) => twoVersionFaults(project, join(project, 'two-versions'), packages),
}

const others = { manifests: manifestFaults, ...Object.fromEntries(pnpmParts()) }
const known = [...Object.keys(others), ...Object.keys(parts)]
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  console.error(`No part ${unknown.join(', ')}: there are ${known.join(', ')}.`)
  process.exit(2)
}
const isAsked = (name) => asked.length === 0 || asked.includes(name)

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'importers-')))
const faults = []
try {
  const tarballs = await packAll(root, packages, folder)
  for (const name of Object.keys(others).filter(isAsked)) await part(name, () => others[name](tarballs))
  if (Object.keys(parts).some(isAsked)) {
    const project = await createConsumer('npm', join(folder, 'npm'), tarballs)
    const entries = installedEntries(project, names)
    for (const name of Object.keys(parts).filter(isAsked)) await part(name, () => parts[name](project, entries))
  }
} finally {
  if (process.env.KEEP_IMPORTERS !== '1') rmSync(folder, { recursive: true, force: true })
  else console.log(`the projects are in ${folder}`)
}

for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exit(1)
console.log(`published: ${packages.length} packages can be installed and used`)

async function part(name, check) {
  const begun = performance.now()
  const found = await check()
  faults.push(...found)
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  console.log(`published: ${name}: ${found.length === 0 ? 'holds' : `${found.length} faults`} (${seconds} s)`)
}

/** publint reads manifests, attw how the types of ESM are found. */
async function manifestFaults(tarballs) {
  const results = await eachOf([...tarballs], availableParallelism(), async ([name, tarball]) => {
    const manifest = await run('publint', ['--strict', tarball], { cwd: root })
    const types = await run('attw', [tarball, '--profile', 'esm-only', '--format', 'ascii', '--quiet'], { cwd: root })
    return [manifest, types].filter(({ code }) => code !== 0).map(({ output }) => `${name}:\n${output}`)
  })
  return results.flat()
}

/** With pnpm, a package can import only what it declares. */
function pnpmParts() {
  return managerNames
    .filter((name) => name !== 'npm')
    .map((manager) => {
      const check = async (tarballs) => {
        const project = await createConsumer(manager, join(folder, manager), tarballs)
        const entries = installedEntries(project, names)
        return [
          ...(await importFaults(project, entries)),
          ...(await typeFaults(project, entries, ['newest'])),
          ...(await suiteFaults(project)),
        ].map((fault) => `${manager}: ${fault}`)
      }
      return [manager, check]
    })
}
