// Bundles for browsers: Node's modules are errors there.
import { builtinModules } from 'node:module'
import { build } from 'esbuild'
import { root } from '../bundle-sources.mjs'

const builtin = new RegExp(`^(node:.*|${builtinModules.join('|')})$`)

/**
 * A bundle of `contents`, or the reason why there is none. Packages are bundled as npm would get
 * them: built.
 */
export async function webBundle(contents, options = {}) {
  try {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: root, loader: 'js' },
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      target: 'es2023',
      logLevel: 'silent',
      define: { Buffer: 'undefined', 'globalThis.Buffer': 'undefined' },
      plugins: [nothingOfNode],
      ...options,
    })
    return { text: outputFiles[0].text }
  } catch (error) {
    const [{ text, location }] = error.errors ?? [{ text: error.message }]
    return { failure: location ? `${location.file} ${text}` : text }
  }
}

const nothingOfNode = {
  name: 'nothing-of-node',
  setup(builder) {
    builder.onResolve({ filter: builtin }, ({ path }) => ({ errors: [{ text: `imports ${path}, which is Node's` }] }))
  },
}
