// The tarballs of a release.
import { join } from 'node:path'
import { outputOf } from './command.mjs'
import { filesNamed, workspaceRanges } from './prepack.mjs'

/** Packs `packages` into the folder `into`. Resolves to the tarball of each, by its name. */
export async function packAll(root, packages, into) {
  const filters = packages.flatMap(({ folder }) => ['--filter', `./${folder}`])
  await outputOf(root, 'pnpm', ['--recursive', ...filters, 'pack', '--pack-destination', into])
  return new Map(
    packages.map(({ manifest: { name, version } }) => [
      name,
      join(into, `${name.slice(1).replace('/', '-')}-${version}.tgz`),
    ]),
  )
}

/** One sentence for each reason why nobody could use a tarball. */
export async function tarballFaults(tarball) {
  const manifest = JSON.parse(await outputOf('.', 'tar', ['-xzOf', tarball, 'package/package.json']))
  const files = new Set((await outputOf('.', 'tar', ['-tzf', tarball])).split('\n'))
  const missing = filesNamed(manifest).filter((file) => !files.has(join('package', file).replaceAll('\\', '/')))
  return [
    ...workspaceRanges(manifest).map((range) => `${manifest.name}: its manifest depends on ${range}`),
    ...missing.map((file) => `${manifest.name}: ${file} is named in its manifest, and is not packed`),
  ]
}
