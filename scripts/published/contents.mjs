// What lies in a tarball beside code: its manifest, licences, documents, sources.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import typescript from 'typescript'
import { strayMaps } from '../release/prepack.mjs'

const licences = ['LICENSE-APACHE', 'LICENSE-MIT']
const fields = ['description', 'keywords', 'homepage', 'bugs', 'repository', 'license', 'engines', 'publishConfig']

/** One sentence for each fault of the package `name` as `project` has installed it. */
export function contentFaults(project, name) {
  const folder = join(project, 'node_modules', name)
  const text = readFileSync(join(folder, 'package.json'), 'utf8')
  const manifest = JSON.parse(text)
  return [
    ...(text.match(/"(?:workspace|catalog|link):[^"]*"/g) ?? []).map((range) => `its manifest has ${range}`),
    ...fields.filter((field) => !(field in manifest)).map((field) => `its manifest has no ${field}`),
    ...(manifest.files.includes('CHANGELOG.md') ? [] : ['its files lack CHANGELOG.md']),
    ...licences.filter((file) => !existsSync(join(folder, file))).map((file) => `there is no ${file}`),
    ...exportFaults(folder, manifest),
    ...linkFaults(folder),
    ...mapFaults(folder),
    ...specifierFaults(folder),
    ...enginesFaults(project, folder, manifest),
  ].map((fault) => `${name}: ${fault}`)
}

/** Every condition of every entry, and every command, names a file that is there. */
function exportFaults(folder, { exports, bin }) {
  const leaves = (value) => (typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(leaves))
  return [...leaves(exports), ...leaves(bin)]
    .filter((target) => globSync(target, { cwd: folder }).length === 0)
    .map((target) => `${target} is named in its manifest, and is not there`)
}

/** Links to files lead to what is there. */
function linkFaults(folder) {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8').replaceAll(/^```.*?^```$|`[^`\n]*`/gms, '')
  return [...readme.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
    .filter(([, link]) => !existsSync(join(folder, link)))
    .map(([, link]) => `README.md links to ${link}, which is not there`)
}

/** Every declaration has a map to a source that is there. */
function mapFaults(folder) {
  const unmapped = globSync('dist/**/*.d.ts', { cwd: folder }).filter(
    (file) => !existsSync(join(folder, `${file}.map`)),
  )
  return [
    ...unmapped.map((file) => `${file} has no map`),
    ...strayMaps(folder).map(([file, source]) => `${file} names ${source}, which is not there`),
  ]
}

/** Declarations name each other as every setting of TypeScript resolves them: by `.js`. */
function specifierFaults(folder) {
  return globSync('dist/**/*.d.ts', { cwd: folder }).flatMap((file) =>
    typescript
      .preProcessFile(readFileSync(join(folder, file), 'utf8'))
      .importedFiles.filter(({ fileName }) => /^\.{1,2}\/.*(?<!\.d)\.ts$/.test(fileName))
      .map(({ fileName }) => `${file} names a source, ${fileName}`),
  )
}

/** A package runs on no older Node than what it depends on. */
function enginesFaults(project, folder, { engines, dependencies = {} }) {
  const own = lowestNode(engines.node)
  return Object.keys(dependencies).flatMap((name) => {
    const place = [folder, project].map((from) => join(from, 'node_modules', name, 'package.json')).find(existsSync)
    const range = place && JSON.parse(readFileSync(place, 'utf8')).engines?.node
    return range && compareVersions(lowestNode(range), own) > 0
      ? [`runs on Node ${engines.node}, but ${name} on ${range}`]
      : []
  })
}

/** The lowest version that a range of Node's versions names, as three numbers. */
export function lowestNode(range) {
  const versions = [...range.matchAll(/(?:>=|\^|~|^|\|\|\s*)\s*v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/g)]
  return versions.map(([, ...parts]) => parts.map((part) => Number(part ?? 0))).sort(compareVersions)[0] ?? [0, 0, 0]
}

function compareVersions(a, b) {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}
