// What comes into node_modules with one package alone.
import { existsSync, globSync, lstatSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * How many packages are installed with the one in `folder`, itself included, and how many bytes
 * their files have. Counted along the manifests, as npm resolves them for this platform: required
 * peers come with it, optional ones do not.
 */
export function installedWith(folder) {
  const folders = new Set([realpathSync(folder)])
  for (const at of folders) for (const found of dependenciesOf(at)) folders.add(found)
  const bytes = [...folders].reduce((sum, at) => sum + bytesOf(at), 0)
  return { packages: folders.size, bytes }
}

function dependenciesOf(folder) {
  const manifest = manifestOf(folder)
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifest
  const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional)
  const required = [...Object.keys(dependencies), ...peers].filter((name) => !(name in optionalDependencies))
  return [
    ...required.map((name) => {
      const found = find(name, folder)
      if (!found) throw new Error(`${manifest.name} needs ${name}, which is not installed`)
      return found
    }),
    ...Object.keys(optionalDependencies).flatMap((name) => find(name, folder) ?? []),
  ]
}

function find(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name)
    if (existsSync(join(found, 'package.json'))) return realpathSync(found)
    if (folder === dirname(folder)) return undefined
  }
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/** A package that somebody published has no folders but its own; ours says what it publishes. */
function bytesOf(folder) {
  const isPublished = folder.includes('node_modules')
  const { files = [] } = isPublished ? {} : manifestOf(folder)
  const patterns = isPublished ? ['**/*'] : ['package.json', 'README.md', ...included(files)]
  const paths = globSync(patterns, { cwd: folder, exclude: isPublished ? ['node_modules/**'] : excluded(files) })
  return [...new Set(paths)]
    .map((path) => lstatSync(join(folder, path)))
    .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0)
}

const included = (files) => files.filter((name) => !name.startsWith('!')).flatMap((name) => [name, `${name}/**`])
const excluded = (files) => files.filter((name) => name.startsWith('!')).map((name) => name.slice(1))
