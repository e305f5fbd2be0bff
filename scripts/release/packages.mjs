// The packages that a release publishes.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The public packages below `root`, each `{ folder, manifest }`, in the order in which they can be
 * published: a package comes after all that it depends on, so that at no moment the registry has
 * one whose dependencies it lacks.
 */
export function publicPackages(root) {
  const found = globSync('{packages,apps}/*/package.json', { cwd: root })
    .sort()
    .map((file) => ({ folder: dirname(file), manifest: JSON.parse(readFileSync(join(root, file), 'utf8')) }))
    .filter(({ manifest }) => manifest.private !== true)
  const byName = new Map(found.map((one) => [one.manifest.name, one]))
  const ordered = new Set()
  const visit = (one, path) => {
    if (ordered.has(one)) return
    const name = one.manifest.name
    if (path.includes(name)) throw new Error(`packages depend on each other: ${[...path, name].join(' -> ')}`)
    for (const dependency of dependenciesOf(one.manifest)) {
      const target = byName.get(dependency)
      if (target) visit(target, [...path, name])
    }
    ordered.add(one)
  }
  for (const one of found) visit(one, [])
  return [...ordered]
}

/** The version that all public packages share. Throws when they do not. */
export function sharedVersion(packages) {
  const versions = new Set(packages.map(({ manifest }) => manifest.version))
  if (versions.size === 1) return [...versions][0]
  throw new Error(
    `The public packages have several versions, ${[...versions].join(' and ')}: they are one fixed group, and change together.`,
  )
}

function dependenciesOf({ dependencies, peerDependencies, optionalDependencies }) {
  return Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies })
}
