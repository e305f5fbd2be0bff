// What the packages export according to their manifests, and which of it needs Node.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '../bundle-sources.mjs'

/** The manifest of every package, and its file. */
export function packageManifests() {
  return globSync('packages/*/package.json', { cwd: root })
    .sort()
    .map((file) => ({ file, manifest: JSON.parse(readFileSync(join(root, file), 'utf8')) }))
}

/**
 * Every entry of every package. A `./node` entry is for Node; for any other that needs Node the
 * manifest says why: `"atoll": { "nodeOnly": { ".": "better-sqlite3 is a native module" } }`.
 * Entries that are a pattern are parts of the main one.
 */
export function packageEntries() {
  return packageManifests().flatMap(({ file, manifest }) => {
    const nodeOnly = { './node': 'by its name', ...manifest.atoll?.nodeOnly }
    return Object.entries(manifest.exports)
      .filter(([path, targets]) => !path.includes('*') && targets.default !== undefined)
      .map(([path, targets]) => ({
        specifier: `${manifest.name}${path.slice(1)}`,
        isMain: path === '.',
        folder: dirname(file),
        file: join(root, dirname(file), targets.default),
        scenario: join(root, dirname(file), 'test', 'any-runtime.ts'),
        nodeOnly: nodeOnly[path],
      }))
  })
}
