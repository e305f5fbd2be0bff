// Two versions of one package in one tree: the project has a newer one, and each of the other
// packages still has the older one. Values, errors and whole scenarios pass between them.
import { cpSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { run } from './command.mjs'
import { scenarioFaults } from './node-versions.mjs'

/** The packages whose values pass between others. */
const twice = ['data-model', 'syntax', 'lexicon', 'xrpc', 'crypto']

/** One sentence for each thing that two versions cannot do together. */
export async function twoVersionFaults(project, folder, packages) {
  const modules = join(project, 'node_modules')
  // Other parts, which run at the same time, keep hidden files of their own there.
  const filter = (file) => !basename(file).startsWith('.') || dirname(file) !== modules
  cpSync(modules, join(folder, 'node_modules'), { recursive: true, verbatimSymlinks: true, filter })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'importer', private: true, type: 'module' }))
  const scope = packages[0].manifest.name.split('/')[0]
  const shared = twice.map((name) => `${scope}/${name}`)
  for (const { manifest } of packages) {
    for (const name of shared.filter((each) => each in { ...manifest.dependencies })) {
      copyPackage(folder, name, join(folder, 'node_modules', manifest.name))
    }
  }
  for (const name of shared) raiseVersion(join(folder, 'node_modules', name, 'package.json'))
  const copies = globSync(`node_modules/${scope}/*/node_modules/${scope}/data-model`, { cwd: folder })
  if (copies.length === 0) throw new Error('no package has a data-model of its own')

  cpSync(join(import.meta.dirname, 'project', 'two-versions.ts'), join(folder, 'two-versions.ts'))
  const { code, output } = await run(process.execPath, ['--no-warnings', join(folder, 'two-versions.ts')], {
    cwd: folder,
  })
  const faults = code === 0 ? [] : [output]
  return [...faults, ...(await scenarioFaults(folder, packages))].map((fault) => `two versions:\n${fault}`)
}

/** Gives `owner` its own copy of a package, without what that has of its own. */
function copyPackage(folder, name, owner) {
  const place = join(owner, 'node_modules', name)
  if (existsSync(place)) return
  const source = join(folder, 'node_modules', name)
  cpSync(source, place, { recursive: true, filter: (file) => file !== join(source, 'node_modules') })
}

function raiseVersion(file) {
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  const [major, minor, patch] = manifest.version.split('.').map(Number)
  rmSync(file)
  writeFileSync(file, JSON.stringify({ ...manifest, version: `${major}.${minor}.${patch + 1}` }, null, 2))
}
