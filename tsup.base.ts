import { execFileSync } from 'node:child_process'
import { copyFileSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'tsup'

/**
 * The one build preset. Run in a package's folder, it builds every entry that the package's
 * `exports` and `bin` name. `ATOLL_TYPES=0` leaves the declarations out: `npm start` needs none.
 */
const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const sources = Object.values<Record<string, string> | null>(manifest.exports ?? {}).map(
  (entry) => entry?.['@atoll/source'],
)
const commands = Object.values<string>(manifest.bin ?? {}).map((file) =>
  file.replace('./dist/', './src/').replace('.js', '.ts'),
)
const entry = [...sources, ...commands].filter((file): file is string => file !== undefined)

const declarations = fileURLToPath(new URL('scripts/declarations.mjs', import.meta.url))

// Each tarball has the licences: npm packs what lies in the package's own folder.
for (const licence of ['LICENSE-APACHE', 'LICENSE-MIT']) copyFileSync(`../../${licence}`, licence)

export default defineConfig({
  entry,
  format: 'esm',
  platform: 'neutral',
  target: 'es2023',
  sourcemap: true,
  clean: true,
  external: [/^node:/],
  // Node's modules keep their full names: Deno and Workers want them so.
  removeNodeProtocol: false,
  onSuccess: async () => {
    if (process.env.ATOLL_TYPES !== '0') execFileSync(process.execPath, [declarations], { stdio: 'inherit' })
  },
})
