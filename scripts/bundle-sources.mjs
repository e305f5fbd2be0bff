// Finds and bundles single source files (benchmarks, fuzz targets), so that they run without a
// build of the packages.
import { spawn } from 'node:child_process'
import { globSync, mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The files `*.<kind>.ts` of all packages, or of those named, as paths below the root. */
export function sourcesNamed(kind, packages) {
  const found = globSync(`{packages,apps}/*/src/**/*.${kind}.ts`, { cwd: root })
    .map((file) => file.split(sep).join('/'))
    .sort()
  return packages.length === 0 ? found : found.filter((file) => packages.includes(file.split('/')[1]))
}

/**
 * Bundles one source file and returns the path of the result. Workspace packages come in as
 * sources; libraries stay outside, each by its place in node_modules.
 */
export function bundle(file) {
  return bundleEntry(file, { entryPoints: [join(root, file)] })
}

/** Bundles a file that exports fuzz targets with the program that runs them. */
export function bundleFuzzTargets(file) {
  const contents = `
    import { fuzzMain } from '@atoll/testkit'
    import { targets } from './${basename(file)}'
    await fuzzMain('${file}', targets)`
  return bundleEntry(file, { stdin: { contents, resolveDir: join(root, dirname(file)), loader: 'ts' } })
}

async function bundleEntry(file, entry) {
  const folder = join(root, ...file.split('/').slice(0, 2), 'node_modules', '.cache', 'atoll')
  mkdirSync(folder, { recursive: true })
  const outfile = join(folder, `${basename(file, '.ts')}.mjs`)
  await build({
    ...entry,
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    conditions: ['@atoll/source'],
    sourcemap: 'inline',
    logLevel: 'error',
    plugins: [librariesOutside, placesOfSources],
  })
  return outfile
}

/**
 * A library that only a workspace dependency declares is resolved from that one's folder: its
 * absolute path is kept.
 */
const librariesOutside = {
  name: 'libraries-outside',
  setup(builder) {
    builder.onResolve({ filter: /^[^./]/ }, async (found) => {
      if (
        found.kind === 'entry-point' ||
        found.pluginData === 'asked' ||
        found.path.startsWith('@atoll/') ||
        found.path.startsWith('node:')
      ) {
        return undefined
      }
      const { path, errors } = await builder.resolve(found.path, {
        kind: found.kind,
        resolveDir: found.resolveDir,
        pluginData: 'asked',
      })
      return errors.length > 0
        ? { path: found.path, external: true }
        : { path: pathToFileURL(path).href, external: true }
    })
  },
}

/**
 * A source that loads something relative to itself finds it from its own folder, not from the
 * bundle's.
 */
const placesOfSources = {
  name: 'places-of-sources',
  setup(builder) {
    builder.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      if (!text.includes('import.meta.url')) return undefined
      return { contents: text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)), loader: 'ts' }
    })
  },
}

/** Runs a bundle under this same Node and resolves to its exit code: 2 when a signal ended it. */
export function run(bundlePath, env = {}, nodeFlags = [], args = [], cwd = root) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...nodeFlags, bundlePath, ...args], {
      cwd,
      stdio: 'inherit',
      env: { ...process.env, ...env },
    })
    const stop = () => child.kill('SIGTERM')
    process.once('SIGTERM', stop)
    child.on('exit', (code) => {
      process.off('SIGTERM', stop)
      resolve(code ?? 2)
    })
  })
}
