// The fields of public manifests that are the same everywhere, or follow from project.json.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { readProject } from './project.mjs'

/** Packages are found by these words; each adds its own. */
const commonKeywords = ['atproto', 'at-protocol', 'bluesky']

/** What every tarball has beside what its package names itself. */
const commonFiles = ['CHANGELOG.md', 'LICENSE-APACHE', 'LICENSE-MIT']

/** The order of fields; those that are not named keep their place at the end. */
const order = [
  'name',
  'version',
  'private',
  'description',
  'keywords',
  'homepage',
  'bugs',
  'repository',
  'license',
  'type',
  'sideEffects',
  'engines',
  'exports',
  'bin',
  'atoll',
  'files',
  'publishConfig',
  'scripts',
]

/** The public manifests below `root` that differ from what they should be: path and new text. */
export function staleManifests(root) {
  const project = readProject(root)
  const files = globSync(['packages/*/package.json', 'apps/*/package.json'], { cwd: root }).sort()
  const stale = new Map()
  for (const file of files) {
    const manifest = JSON.parse(readFileSync(join(root, file), 'utf8'))
    if (manifest.private === true) continue
    const folder = dirname(file).split(sep).join('/')
    const wanted = completed(manifest, folder, project)
    const unchanged =
      isDeepStrictEqual(wanted, manifest) && isDeepStrictEqual(Object.keys(wanted), Object.keys(manifest))
    if (!unchanged) stale.set(file, `${JSON.stringify(wanted, null, 2)}\n`)
  }
  return stale
}

/** Writes the manifests that `staleManifests` found. */
export function writeManifests(root, stale) {
  for (const [file, text] of stale) writeFileSync(join(root, file), text)
}

function completed(manifest, folder, { repository, homepage }) {
  const whole = {
    ...manifest,
    keywords: [...new Set([...commonKeywords, ...(manifest.keywords ?? [])])],
    homepage,
    bugs: { url: `${repository}/issues` },
    repository: { type: 'git', url: `git+${repository}.git`, directory: folder },
    exports: completedExports(manifest.exports),
    files: [...new Set([...(manifest.files ?? []), ...commonFiles])],
    publishConfig: { access: 'public', provenance: true },
    scripts: { ...manifest.scripts, prepack: 'node ../../scripts/release/prepack.mjs' },
  }
  for (const field of ['dependencies', 'peerDependencies', 'optionalDependencies']) {
    if (whole[field]) whole[field] = withRanges(whole[field])
  }
  return inOrder(whole)
}

/**
 * Tools read manifests through `exports`. What entries share in `dist` is not for importers: a
 * pattern of entries leaves it out.
 */
function completedExports({ './package.json': _, './chunk-*': __, ...entries }) {
  const hasPattern = Object.keys(entries).some((path) => path.includes('*'))
  return { ...entries, ...(hasPattern && { './chunk-*': null }), './package.json': './package.json' }
}

/**
 * A range between our own packages, so that a project may hold a newer one of each without a
 * second copy.
 */
function withRanges(dependencies) {
  return Object.fromEntries(
    Object.entries(dependencies).map(([name, range]) => [name, range === 'workspace:*' ? 'workspace:^' : range]),
  )
}

function inOrder(manifest) {
  const known = order.filter((field) => field in manifest)
  const others = Object.keys(manifest).filter((field) => !order.includes(field))
  return Object.fromEntries([...known, ...others].map((field) => [field, manifest[field]]))
}
