// Where each document of the project is on the site: the one table that menus and links follow.
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

export const site = join(import.meta.dirname, '..')
export const root = dirname(site)
/** The pages as VitePress reads them: written anew by each build. */
export const content = join(site, '.content')

/** Every public package with a README, in the order of the map in the project's README. */
export function packages() {
  const map = readFileSync(join(root, 'README.md'), 'utf8')
  const order = [...map.matchAll(/^\| \[`[^`]+`\]\((?<folder>(?:packages|apps)\/[\w-]+)\)/gm)].map(
    ({ groups }) => groups.folder,
  )
  return globSync('{packages,apps}/*/package.json', { cwd: root })
    .map((file) => ({ folder: dirname(file), manifest: JSON.parse(readFileSync(join(root, file), 'utf8')) }))
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ folder, manifest }) => ({ folder, manifest, name: basename(folder) }))
    .sort((one, other) => rank(order, one.folder) - rank(order, other.folder))
}

function rank(order, folder) {
  const place = order.indexOf(folder)
  if (place < 0) throw new Error(`README.md: ${folder} has no row in the map`)
  return place
}

/** Paths below the root of the project, each with its path on the site. */
export function places() {
  const map = new Map()
  for (const { folder, name } of packages()) map.set(`${folder}/README.md`, `packages/${name}.md`)
  for (const file of globSync('docs/**/*.md', { cwd: root })) {
    map.set(file, file.replace(/README\.md$/, 'index.md').replace(/^docs\//, 'project/'))
  }
  map.set('CONTRIBUTING.md', 'project/contributing.md')
  map.set('SECURITY.md', 'project/vulnerabilities.md')
  map.set('examples/README.md', 'project/examples.md')
  map.set('interop/README.md', 'project/interop.md')
  for (const file of globSync('site/pages/**/*.md', { cwd: root })) map.set(file, file.replace('site/pages/', ''))
  return map
}
