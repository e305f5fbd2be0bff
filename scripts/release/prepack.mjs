// Guards every public package against being packed by accident: run as its `prepack` script, in its
// folder, it fails where the tarball would not work.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** What only pnpm understands, and replaces with ranges when it packs. */
const ofWorkspace = /^(?:workspace|catalog):/

/** One sentence for each reason not to pack the package in `folder` with `userAgent`. */
export function packingFaults(folder, userAgent) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const faults = []
  if (!/^pnpm\//.test(userAgent) && workspaceRanges(manifest).length > 0) {
    faults.push(
      `${manifest.name}: only pnpm replaces ranges such as '${workspaceRanges(manifest)[0]}' in package.json, ` +
        "and nobody could install this tarball: run 'npm run release -- --dry-run', which packs every package.",
    )
  }
  const missing = filesNamed(manifest).filter((file) => !existsSync(join(folder, file)))
  if (missing.length > 0) {
    faults.push(`${manifest.name}: ${missing.join(', ')} is not there: run 'npm run build' first.`)
  }
  const stale = strayMaps(folder)
  if (stale.length > 0) {
    faults.push(
      `${manifest.name}: ${stale.map(([file]) => file).join(', ')} is left from an earlier build: ` +
        "remove the folder dist, and run 'npm run build'.",
    )
  }
  return faults
}

/** The maps of declarations whose source is not there, each with that source. */
export function strayMaps(folder) {
  return globSync('dist/**/*.d.ts.map', { cwd: folder }).flatMap((file) =>
    JSON.parse(readFileSync(join(folder, file), 'utf8'))
      .sources.filter((source) => !existsSync(join(folder, dirname(file), source)))
      .map((source) => [file, source]),
  )
}

/** The dependencies of a manifest that are ranges of the workspace, as `name@range`. */
export function workspaceRanges({ dependencies, peerDependencies, optionalDependencies }) {
  return Object.entries({ ...dependencies, ...peerDependencies, ...optionalDependencies })
    .filter(([, range]) => ofWorkspace.test(range))
    .map(([name, range]) => `${name}@${range}`)
}

/** The files that `exports` and `bin` of a manifest name. */
export function filesNamed({ exports = {}, bin = {} }) {
  const leaves = (value) => (typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(leaves))
  return [...new Set([...leaves(exports), ...leaves(bin)])].filter((file) => !file.includes('*'))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const faults = packingFaults(process.cwd(), process.env.npm_config_user_agent ?? '')
  for (const fault of faults) console.error(fault)
  if (faults.length > 0) process.exit(1)
}
