// How large a module is, bundled for browsers, and how much Node loads for it.
import { builtinModules } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { root } from '../bundle-sources.mjs'
import { webBundle } from '../runtimes/bundles.mjs'
import { packageManifests } from '../runtimes/entries.mjs'

/** It is there when suites for adapters run, and weighs on nobody else. */
const testRunner = ['vitest']

const folders = new Map(packageManifests().map(({ file, manifest }) => [manifest.name, join(root, dirname(file))]))

/**
 * The bytes of a module that imports workspace packages as they were built, minified, and after
 * gzip.
 */
export function sizeOf(contents) {
  return measured(contents, { plugins: [workspacePackages], external: testRunner })
}

/** The same of a module that imports the packages of others. Parts of Node's count as nothing. */
export function peerSizeOf(contents) {
  return measured(contents, {
    plugins: [],
    external: builtinModules.flatMap((name) => [name, `node:${name}`]),
    stdin: { contents, resolveDir: join(root, 'scripts', 'bundle-sizes'), loader: 'js' },
  })
}

async function measured(contents, options) {
  const { text, failure } = await webBundle(contents, { minify: true, ...options })
  if (failure) throw new Error(`cannot be bundled: ${failure}`)
  return { min: Buffer.byteLength(text), gzip: gzipSync(text, { level: 9 }).length }
}

/** Any workspace package, from anywhere: the module that is measured is in no package. */
const workspacePackages = {
  name: 'workspace-packages',
  setup(builder) {
    builder.onResolve({ filter: /^@[^/]+\// }, ({ path, kind, pluginData }) => {
      const folder = folders.get(path.split('/', 2).join('/'))
      if (!folder || pluginData === 'asked') return undefined
      return builder.resolve(path, { kind, resolveDir: folder, pluginData: 'asked' })
    })
  },
}

/**
 * How many modules Node loads when it imports each of the files, and how many bytes of source they
 * have. Parts of Node's are not counted.
 */
export async function loadedBy(files) {
  const { metafile } = await build({
    entryPoints: files,
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
    outdir: 'out',
    // Native modules are no source.
    external: ['*.node', ...testRunner],
  })
  return files.map((file) => {
    const modules = new Set([relative(root, file).split(sep).join('/')])
    for (const path of modules) {
      for (const { path: next, kind, external } of metafile.inputs[path].imports) {
        if (!external && kind !== 'dynamic-import') modules.add(next)
      }
    }
    return { modules: modules.size, bytes: [...modules].reduce((sum, path) => sum + metafile.inputs[path].bytes, 0) }
  })
}
