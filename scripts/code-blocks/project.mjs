// The folder in which the blocks of a page become files and run: an importer's empty project.
// `npm install` links what it names, built packages of the workspace and libraries, so a page that
// forgets to install something fails as it would for its reader.
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { root } from '../bundle-sources.mjs'

const manifests = new Map(
  globSync('{packages,apps}/*/package.json', { cwd: root })
    .map((file) => [dirname(file), JSON.parse(readFileSync(join(root, file), 'utf8'))])
    .filter(([, manifest]) => manifest.private !== true)
    .map(([folder, manifest]) => [manifest.name, { folder: join(root, folder), manifest }]),
)

/** Makes the folder, and in it the `npm` and `npx` that blocks of shell run. */
export function createProject() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'blocks-')))
  mkdirSync(join(folder, 'node_modules', '.bin'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'page', private: true, type: 'module' }))
  const bin = join(folder, 'node_modules', '.page-bin')
  mkdirSync(bin)
  program(join(bin, 'npm'), `exec '${process.execPath}' '${join(import.meta.dirname, 'npm.mjs')}' '${folder}' "$@"`)
  program(join(bin, 'npx'), `exec "$@"`)
  return { folder, path: [bin, join(folder, 'node_modules', '.bin'), dirname(process.execPath)] }
}

/** Links a package into a project, as `npm install` would place it. */
export function installPackage(folder, name) {
  const own = manifests.get(name)
  const place = own?.folder ?? library(name)
  const link = join(folder, 'node_modules', name)
  if (existsSync(link)) return
  mkdirSync(dirname(link), { recursive: true })
  symlinkSync(place, link)
  for (const [command, file] of Object.entries(own?.manifest.bin ?? {})) {
    program(join(folder, 'node_modules', '.bin', command), `exec '${process.execPath}' '${resolve(place, file)}' "$@"`)
  }
}

/** A library that some package of the workspace depends on. */
function library(name) {
  const [found] = globSync(`{packages,apps,examples,bench,e2e}/*/node_modules/${name}`, { cwd: root }).concat(
    globSync(`{.,examples,bench,e2e}/node_modules/${name}`, { cwd: root }),
  )
  if (!found) throw new Error(`${name} is neither a public package of the project nor a library that one uses`)
  return realpathSync(join(root, found))
}

function program(file, text) {
  writeFileSync(file, `#!/bin/sh\n${text}\n`)
  chmodSync(file, 0o755)
}
