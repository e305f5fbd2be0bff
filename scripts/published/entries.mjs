// What the installed packages let importers import.
import { globSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'

/**
 * Every specifier that the packages installed in `project` offer, with the package's manifest, and
 * why it needs Node, if it does.
 */
export function installedEntries(project, names) {
  return names.flatMap((name) => {
    const folder = join(project, 'node_modules', name)
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const nodeOnly = { './node': 'by its name', ...manifest.atoll?.nodeOnly }
    const modules = Object.entries(manifest.exports).filter(([, targets]) => targets?.default !== undefined)
    return modules.flatMap(([path, targets]) =>
      expanded(folder, path, Object.values(targets)[0]).map((subpath) => ({
        specifier: join(name, subpath).split(sep).join('/'),
        manifest,
        nodeOnly: nodeOnly[path],
      })),
    )
  })
}

/**
 * The subpaths that an entry of `exports` stands for: one, or those of the sources that fit its
 * pattern.
 */
function expanded(folder, path, target) {
  if (!path.includes('*')) return [path]
  const [before, after] = target.split('*')
  return globSync(target, { cwd: folder })
    .map((file) => `./${file.split(sep).join('/')}`)
    .map((file) => path.replace('*', file.slice(before.length, file.length - after.length)))
    .sort()
}
